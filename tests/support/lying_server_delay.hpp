#pragma once
// When the lying server answers: a latency from a known distribution, and stalls.

#include <chrono>
#include <cstdint>
#include <random>

#include "support/lying_server.hpp"

namespace coupon::test {

using SteadyInstant = std::chrono::steady_clock::time_point;

/// Draws one latency after the other.
class LatencySource {
 public:
  explicit LatencySource(const Latency& latency) : latency_(latency), random_(latency.seed) {}
  [[nodiscard]] std::chrono::nanoseconds draw();

 private:
  Latency latency_;
  std::mt19937_64 random_;
};

/// `instant`, or the end of the stall that it falls into; stalls are counted from `start`.
[[nodiscard]] SteadyInstant after_stall(const Stall& stall, SteadyInstant start, SteadyInstant instant);

}  // namespace coupon::test
