#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace coupon::base {
namespace {

TEST(SystemClock, Wall_time_is_milliseconds_since_1970) {
  const SystemClock clock;
  EXPECT_GT(clock.wall_ms(), 1'700'000'000'000);    // 2023
  EXPECT_LT(clock.wall_ms(), 253'402'300'799'999);  // the year 9999
}

TEST(SystemClock, Monotonic_time_never_steps_back_and_does_move) {
  const SystemClock clock;
  const auto start = clock.mono_ns();
  auto last = start;
  while (last == start) {
    const auto now = clock.mono_ns();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_GT(last, start);
}

}  // namespace
}  // namespace coupon::base
