#pragma once
// Whether the figures tell of the server, or of a generator that could not keep up.

#include <cstdint>
#include <string>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/report/figures.hpp"

namespace coupon::load {

struct ValidityLimits {
  std::int64_t lag_ns = 5'000'000;  ///< of the heartbeat's 99th percentile
  double run_delay_share = 0.10;    ///< of the measured window
  std::int64_t skew_ns = 0;         ///< of the last send; 0: no limit
};

struct Validity {
  std::vector<std::string> reasons;  ///< why the run is invalid; empty when it is valid
  [[nodiscard]] bool valid() const { return reasons.empty(); }
};

[[nodiscard]] Validity judge_validity(const BurstResult& burst, const Figures& figures, const ValidityLimits& limits);

/// The share of the window in which the thread wanted a core and had none; 0 when it is not known.
[[nodiscard]] double run_delay_share(const ThreadHealth& health);

inline constexpr double kLagPercentile = 99;

}  // namespace coupon::load
