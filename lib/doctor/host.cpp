#include <cstdint>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "doctor/checks.hpp"
#include "profile/engines.hpp"

namespace coupon::doctor {

namespace {

constexpr rlim_t kDescriptorsWanted = 10'300;  // 10,000 users at once, and what a program has open beside

void check_descriptors(Findings& findings) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    findings.add("open files", Verdict::kUnknown, "the limit cannot be read", "");
    return;
  }
  const bool enough = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= kDescriptorsWanted;
  findings.expect(
      "open files", enough,
      limit.rlim_max == RLIM_INFINITY ? std::string("unlimited") : fmt::format("at most {}", limit.rlim_max),
      Verdict::kWarn,
      "10,000 users at once need 10,300: LimitNOFILE= in systemd, or nofile in /etc/security/limits.conf");
}

// The versions in which two connections of a WAL database can corrupt it: sqlite.org/wal.html.
bool has_wal_reset_bug(int version) {
  constexpr int kFixed = 3'051'003;
  constexpr int kBackport50 = 3'050'007;
  constexpr int kBackport44 = 3'044'006;
  if (version >= kFixed) return false;
  if (version >= kBackport50 && version < 3'051'000) return false;
  return !(version >= kBackport44 && version < 3'045'000);
}

}  // namespace

void examine_host(std::vector<Check>& all) {
  Findings findings(all, "host");
  check_descriptors(findings);
}

void examine_store(const profile::EngineConfig& config, std::vector<Check>& all) {
  Findings findings(all, "store");
  const auto version = sqlite3_libversion_number();
  findings.good("SQLite", fmt::format("{}{}", sqlite3_libversion(),
                                      has_wal_reset_bug(version) ? ": a rollback journal is used, not WAL" : ""));
  const auto status = profile::migrations(config);
  if (!status) {
    findings.add("store", Verdict::kBad, status.error().message, "see the message");
    return;
  }
  std::int64_t missing = 0;
  for (const auto& one : *status) missing += one.applied_ms == 0 ? 1 : 0;
  findings.expect("schema", missing == 0, fmt::format("{} changes missing", missing), Verdict::kWarn,
                  "couponctl migrate up; couponsrv does it by itself when it starts");
}

}  // namespace coupon::doctor
