#pragma once
// Everything a report tells of one run.

#include <cstdint>
#include <string>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/cli/exit_code.hpp"
#include "couponload/report/figures.hpp"
#include "couponload/report/series.hpp"
#include "couponload/report/threshold.hpp"
#include "couponload/report/validity.hpp"
#include "couponload/verify/invariant.hpp"

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
  std::string mode = "burst";     ///< burst, rate, closed
  std::string profile_sha256;     ///< hex, of the profile's text
  std::uint32_t connections = 0;  ///< of rate and closed
  double rate_per_s = 0;          ///< of rate, without stages
  std::string stages;             ///< of rate, as given: 10s:1000,30s:5000
  std::int64_t duration_ns = 0;   ///< of rate and closed, without the warm-up
  std::int64_t warmup_ns = 0;
  std::int64_t think_ns = 0;      ///< of closed
  bool cold = false;              ///< a new connection for every request
  bool insecure = false;          ///< the server's certificate was not verified
  std::uint32_t shard_index = 1;  ///< 1-based
  std::uint32_t shard_count = 1;  ///< 1: the whole
};

/// A file beside the result with a line for each request.
struct EvidenceFile {
  std::string name;      ///< without its folder; empty: none
  bool complete = true;  ///< false: grants and unknown requests only
  std::int64_t rows = 0;
};

/// One repeat.
struct RunReport {
  Scenario scenario;
  std::int64_t started_ms = 0;  ///< since 1970
  BurstResult burst;            ///< its shots' bodies are gone
  Figures figures;
  Observed observed;
  ValidityLimits limits;
  Validity validity;
  std::vector<Invariant> invariants;
  std::vector<ThresholdResult> thresholds;
  Series series;  ///< without an interval it is counted from `observed.asks`
  EvidenceFile evidence;
  ExitCode exit = ExitCode::kInternal;
};

/// Judges every threshold on the report's figures and validity, and keeps the results in the report. Call it before
/// the exit code is decided.
void judge_thresholds(const std::vector<Threshold>& thresholds, RunReport& report);

/// For people: percentiles by class, connect and skew, answers, invariants, validity, and the verdict as last line.
[[nodiscard]] std::string render_table(const RunReport& report);
/// One line without its end: VERDICT pass: 100 issued, …
[[nodiscard]] std::string render_verdict(const RunReport& report);
/// For programs: couponload.run/1, times in integer nanoseconds, histograms in HdrHistogram's V2 encoding. Runs of
/// several repeats, and other formats: see document.hpp and render.hpp.
[[nodiscard]] std::string render_json(const RunReport& report);

/// 12,345
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace coupon::load
