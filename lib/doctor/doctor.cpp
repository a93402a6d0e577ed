#include "doctor/doctor.hpp"

#include "doctor/checks.hpp"

namespace coupon::doctor {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return "ok";
    case Verdict::kWarn: return "warn";
    case Verdict::kBad: return "bad";
    case Verdict::kUnknown: return "unknown";
  }
  return "unknown";
}

std::vector<Check> examine(const profile::EngineConfig& config) {
  std::vector<Check> all;
  examine_host(all);
  if (config.embedded()) {
    examine_store(config, all);
    return all;
  }
  const auto servers = profile::servers_of(config);
  if (!servers) {
    Findings(all, "host").add("settings", Verdict::kBad, servers.error().message, "mend the setting");
    return all;
  }
  examine_redis(*servers, all);
  examine_kafka(*servers, all);
  examine_mysql(*servers, all);
  return all;
}

}  // namespace coupon::doctor
