#pragma once
// What a run must reach: "p(99) < 50ms", "issued service p(99.9) <= 80ms", "error count == 0", "rps >= 1000".
//
//   [class|all] [metric] agg op number[us|ms|s]
//   class   issued pending duplicate sold_out refused error unknown; default all
//   metric  latency (default: planned instant to last byte), service (send to last byte), ttfb (send to first byte),
//           connect, skew; the last two are of all requests
//   agg     p(N) avg min med max, in time, with a unit; count, rate (share of all requests, 0 to 1), rps, without
//   op      < <= > >= == !=

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "couponload/outcome.hpp"
#include "couponload/report/figures.hpp"

namespace coupon::load {

enum class Metric { kLatency, kService, kTtfb, kConnect, kSkew };
enum class Aggregate { kPercentile, kAverage, kMin, kMedian, kMax, kCount, kRate, kRps };
enum class Comparison { kBelow, kAtMost, kAbove, kAtLeast, kEqual, kDiffers };

struct Threshold {
  std::string text;                ///< as it was given
  std::optional<Outcome> outcome;  ///< nothing: all
  Metric metric = Metric::kLatency;
  Aggregate aggregate = Aggregate::kPercentile;
  double percentile = 0;  ///< of kPercentile
  Comparison comparison = Comparison::kBelow;
  double limit = 0;  ///< nanoseconds, or a plain number for count, rate and rps
};

/// kInvalid names the word that is wrong and what is allowed in its place.
[[nodiscard]] base::Result<Threshold> parse_threshold(std::string_view text);

/// True when the value is a time.
[[nodiscard]] bool is_time(Aggregate aggregate);

enum class ThresholdStatus {
  kPass,
  kFail,
  kInvalid,  ///< the generator could not keep up, so that the figure says nothing
};
/// pass, fail, invalid.
[[nodiscard]] std::string_view name_of(ThresholdStatus status);

struct ThresholdResult {
  std::string expression;
  ThresholdStatus status = ThresholdStatus::kPass;
  bool time = true;              ///< `actual` is nanoseconds
  std::optional<double> actual;  ///< nothing without samples
};

/// What of a repeat's figures may be believed.
struct Trust {
  bool figures = true;  ///< false: the repeat is invalid
  bool times = true;    ///< false: counts and rates only
};

/// Without samples everything fails but count, rate and rps.
[[nodiscard]] ThresholdResult judge(const Threshold& threshold, const Figures& figures, const Trust& trust = {});

[[nodiscard]] bool any_with(const std::vector<ThresholdResult>& results, ThresholdStatus status);

}  // namespace coupon::load
