#pragma once
// Whether B is slower than A: identical runs differ by themselves, so one run each proves nothing.

#include <string>
#include <string_view>
#include <vector>

#include "base/output.hpp"
#include "base/result.hpp"
#include "couponload/report/document.hpp"

namespace coupon::load {

inline constexpr std::size_t kRepeatsMin = 5;  ///< valid ones, each side
inline constexpr double kSignificance = 0.05;

enum class Change {
  kNone,    ///< no difference that is both proven and larger than the band
  kBetter,  ///< B is better
  kWorse,   ///< B is worse: a regression
  kUntold,  ///< too few repeats
};
/// none, better, worse, untold.
[[nodiscard]] std::string_view name_of(Change change);

struct MetricComparison {
  std::string metric;  ///< "latency p99", …
  std::string unit;    ///< ns, or 1/s
  double a = 0;        ///< median over the valid repeats
  double b = 0;
  double shift = 0;  ///< of the median: 0.1 is 10 % more
  double p = 1;      ///< exact, two-sided
  double p_holm = 1;
  Change change = Change::kUntold;
};

struct RunComparison {
  std::size_t repeats_a = 0;  ///< valid ones
  std::size_t repeats_b = 0;
  std::size_t left_out = 0;  ///< invalid ones, both sides
  double band = 0.05;
  std::vector<MetricComparison> metrics;
  [[nodiscard]] bool enough() const { return repeats_a >= kRepeatsMin && repeats_b >= kRepeatsMin; }
  [[nodiscard]] bool regressed() const;
};

/// Each side one or more results. kInvalid: not all of the same scenario (profile, mode, load), naming the difference;
/// no valid repeat; or more than kSampleMax of them.
[[nodiscard]] base::Result<RunComparison> compare(const std::vector<RunDocument>& a, const std::vector<RunDocument>& b,
                                                  double band);

/// What differs between two scenarios so that their times cannot be compared; empty when nothing does.
[[nodiscard]] std::string scenario_difference(const Scenario& a, const Scenario& b);

/// A table with a line that says it, or JSON.
[[nodiscard]] std::string render(const RunComparison& comparison, base::OutputFormat format);
/// 4 after a regression, 6 with too few repeats, else 0.
[[nodiscard]] ExitCode exit_of(const RunComparison& comparison);

}  // namespace coupon::load
