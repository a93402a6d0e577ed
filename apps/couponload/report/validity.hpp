#pragma once
// Whether the figures tell of the server, or of a generator that could not keep up.

#include <cstdint>
#include <string>
#include <vector>

#include "couponload/report/figures.hpp"
#include "couponload/run_result.hpp"

namespace coupon::load {

struct ValidityLimits {
  std::int64_t lag_ns = 5'000'000;  ///< of the heartbeat's 99th percentile
  double run_delay_share = 0.10;    ///< of the measured window
  std::int64_t skew_ns = 0;         ///< of the last send; 0: no limit
};

struct Validity {
  std::vector<std::string> reasons;  ///< why the run is invalid; empty when it is valid
  /// Why its times say nothing although its counts and rates do (throughput is then a lower bound); empty: they do.
  std::string latency_invalid;
  [[nodiscard]] bool valid() const { return reasons.empty(); }
};

[[nodiscard]] Validity judge_validity(const RunResult& run, const Figures& figures, const ValidityLimits& limits);

/// The share of the window in which the thread wanted a core and had none; 0 when it is not known.
[[nodiscard]] double run_delay_share(const ThreadHealth& health);

inline constexpr double kLagPercentile = 99;
inline constexpr std::int64_t kLateStartMaxNs = 50'000'000;     ///< from --start-at to the release
inline constexpr std::int64_t kSendLatenessMaxNs = 10'000'000;  ///< rate: p99 from the planned instant to the send
inline constexpr double kAchievedMin = 0.99;                    ///< rate: share sent within the window
inline constexpr double kLittleErrorMax = 0.05;                 ///< closed: concurrency against throughput x service
inline constexpr double kBusyCpuShare = 0.90;                   ///< closed: a thread that has no core to spare
inline constexpr double kLagOfLatencyMax = 0.50;                ///< closed: heartbeat p50 of latency p50

/// Closed: how far throughput times mean service time is from the number of connections; 0 is a perfect generator.
[[nodiscard]] double little_error(const RunResult& run, const Figures& figures);

}  // namespace coupon::load
