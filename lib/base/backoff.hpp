#pragma once
// Waiting between attempts: doubling, bounded, with jitter so that those who collided do not collide again.

#include <algorithm>
#include <cstdint>
#include <random>

namespace coupon::base {

/// Not thread-safe.
class Backoff {
 public:
  Backoff(std::int64_t first_ms, std::int64_t max_ms) : first_ms_(first_ms), max_ms_(max_ms), step_ms_(first_ms) {}

  /// The next delay: between half and all of the present step, which then doubles up to the maximum.
  [[nodiscard]] std::int64_t next_ms() {
    const auto step = step_ms_;
    step_ms_ = std::min(step_ms_ * 2, max_ms_);
    return std::uniform_int_distribution<std::int64_t>(std::max<std::int64_t>(step / 2, 1), step)(random_);
  }
  void reset() { step_ms_ = first_ms_; }

 private:
  std::int64_t first_ms_;
  std::int64_t max_ms_;
  std::int64_t step_ms_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace coupon::base
