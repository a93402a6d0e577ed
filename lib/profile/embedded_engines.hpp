#pragma once
// Gate, journal and ledger in one SQLite file.

#include <memory>

#include "profile/engines.hpp"

namespace coupon::profile {

[[nodiscard]] base::Result<std::unique_ptr<Engines>> open_embedded(const EngineConfig& config, const base::Clock& clock,
                                                                   base::Metrics& metrics, const Stopping& stopping);
[[nodiscard]] base::Result<std::vector<Migration>> embedded_migrations(const EngineConfig& config);
[[nodiscard]] base::Result<int> migrate_embedded(const EngineConfig& config);

}  // namespace coupon::profile
