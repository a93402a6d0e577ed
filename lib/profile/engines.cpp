#include "profile/engines.hpp"

#include "profile/embedded_engines.hpp"
#include "profile/server_engines.hpp"

namespace coupon::profile {

using base::Result;

Result<std::unique_ptr<Engines>> Engines::open(const EngineConfig& config, const base::Clock& clock,
                                               base::Metrics& metrics, const Stopping& stopping) {
  return config.embedded() ? open_embedded(config, clock, metrics, stopping) : open_servers(config, clock, metrics);
}

Result<std::vector<Migration>> migrations(const EngineConfig& config) {
  return config.embedded() ? embedded_migrations(config) : server_migrations(config);
}

Result<int> migrate(const EngineConfig& config) {
  return config.embedded() ? migrate_embedded(config) : migrate_servers(config);
}

}  // namespace coupon::profile
