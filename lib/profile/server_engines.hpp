#pragma once
// The gate in Redis, the journal in Kafka, the ledger in MySQL.

#include <memory>

#include "profile/engines.hpp"

namespace coupon::profile {

[[nodiscard]] base::Result<std::unique_ptr<Engines>> open_servers(const EngineConfig& config, const base::Clock& clock,
                                                                  base::Metrics& metrics);
[[nodiscard]] base::Result<std::vector<Migration>> server_migrations(const EngineConfig& config);
[[nodiscard]] base::Result<int> migrate_servers(const EngineConfig& config);

}  // namespace coupon::profile
