#pragma once
// Everything a report tells of one run.

#include <cstdint>
#include <string>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/cli/exit_code.hpp"
#include "couponload/report/figures.hpp"
#include "couponload/report/validity.hpp"
#include "couponload/verify/invariant.hpp"
#include "couponload/verify/tally.hpp"

namespace coupon::load {

/// What was asked for.
struct Scenario {
  std::vector<std::string> argv;
  std::string profile;
  std::string url;
  std::string code;
  std::uint32_t requests = 0;
  std::uint32_t members = 0;
  int threads = 1;
  std::uint64_t seed = 1;
  std::int64_t timeout_ns = 0;
  bool primed = true;
};

struct RunReport {
  Scenario scenario;
  std::int64_t started_ms = 0;  ///< since 1970
  BurstResult burst;            ///< its shots' bodies are gone
  Figures figures;
  Observed observed;
  Tally tally;
  ValidityLimits limits;
  Validity validity;
  std::vector<Invariant> invariants;
  ExitCode exit = ExitCode::kInternal;
};

/// For people: percentiles by class, connect and skew, answers, invariants, validity, and the verdict as last line.
[[nodiscard]] std::string render_table(const RunReport& report);
/// One line without its end: VERDICT pass: 100 issued, …
[[nodiscard]] std::string render_verdict(const RunReport& report);
/// For programs: couponload.run/1, times in integer nanoseconds, histograms in HdrHistogram's V2 encoding.
[[nodiscard]] std::string render_json(const RunReport& report);

/// 12,345
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace coupon::load
