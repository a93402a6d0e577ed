#pragma once
// From the kernel's timestamps, which are by the wall clock, to the clock of a run.

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "couponload/burst/instant.hpp"

namespace coupon::load {

/// Since 1970, by the clock that the kernel stamps with.
[[nodiscard]] inline std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// An answer must never seem to have come earlier than it did: that would accuse a server of an order that was not. So
/// both ways of conversion are taken, by how long ago the stamp is and by the distance between the clocks when this was
/// made, and the later one counts: whichever way the wall clock was set meanwhile, one of them is right.
class ArrivalClock {
 public:
  ArrivalClock() {
    const auto wall = wall_ns();
    offset_ns_ = wall - now_ns();
  }
  /// For tests: the two clocks at one instant.
  ArrivalClock(std::int64_t wall_now_ns, std::int64_t steady_now_ns) : offset_ns_(wall_now_ns - steady_now_ns) {}

  /// By now_ns(), never after `steady_now_ns`. `wall_now_ns` must have been read before `steady_now_ns`.
  [[nodiscard]] std::int64_t to_steady(std::int64_t stamp_ns, std::int64_t wall_now_ns,
                                       std::int64_t steady_now_ns) const {
    const auto by_age = steady_now_ns - (wall_now_ns - stamp_ns);
    const auto by_offset = stamp_ns - offset_ns_;
    return std::min(std::max(by_age, by_offset), steady_now_ns);
  }

 private:
  std::int64_t offset_ns_;
};

}  // namespace coupon::load
