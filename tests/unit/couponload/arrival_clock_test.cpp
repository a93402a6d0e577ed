#include "couponload/burst/arrival_clock.hpp"

#include <gtest/gtest.h>

namespace coupon::load {

namespace {

// By the run's clock, while the wall clock was 1'000'000 ahead.
constexpr std::int64_t kMade = 1'000;
constexpr std::int64_t kAhead = 1'000'000;
constexpr std::int64_t kArrived = 5'000;
constexpr std::int64_t kRead = 7'000;

TEST(ArrivalClock, A_stamp_is_told_by_the_clock_of_the_run) {
  const ArrivalClock clock(kMade + kAhead, kMade);
  EXPECT_EQ(clock.to_steady(kArrived + kAhead, kRead + kAhead, kRead), kArrived);
}

TEST(ArrivalClock, A_wall_clock_set_forward_before_or_after_the_stamp_makes_nothing_earlier) {
  const ArrivalClock clock(kMade + kAhead, kMade);
  for (const std::int64_t step : {500, 100'000}) {
    EXPECT_EQ(clock.to_steady(kArrived + kAhead, kRead + kAhead + step, kRead), kArrived) << "set after the stamp";
    const auto before = clock.to_steady(kArrived + kAhead + step, kRead + kAhead + step, kRead);
    EXPECT_GE(before, kArrived) << "set before the stamp";
    EXPECT_LE(before, kRead);
  }
}

TEST(ArrivalClock, A_wall_clock_set_back_before_or_after_the_stamp_makes_nothing_earlier) {
  const ArrivalClock clock(kMade + kAhead, kMade);
  for (const std::int64_t step : {500, 100'000}) {
    EXPECT_EQ(clock.to_steady(kArrived + kAhead - step, kRead + kAhead - step, kRead), kArrived) << "before the stamp";
    const auto after = clock.to_steady(kArrived + kAhead, kRead + kAhead - step, kRead);
    EXPECT_GE(after, kArrived) << "set after the stamp";
    EXPECT_LE(after, kRead);
  }
}

TEST(ArrivalClock, A_pause_between_reading_the_two_clocks_makes_nothing_earlier) {
  const ArrivalClock clock(kMade + kAhead, kMade + 300);
  EXPECT_GE(clock.to_steady(kArrived + kAhead, kRead + kAhead, kRead + 400), kArrived);
}

TEST(ArrivalClock, Two_clocks_of_this_machine_agree) {
  const ArrivalClock clock;
  const auto before = now_ns();
  const auto stamp = wall_ns();
  const auto wall = wall_ns();
  const auto now = now_ns();
  const auto told = clock.to_steady(stamp, wall, now);
  EXPECT_GE(told, before);
  EXPECT_LE(told, now);
}

}  // namespace

}  // namespace coupon::load
