#include "coupon/rules.hpp"

#include <gtest/gtest.h>

namespace coupon {
namespace {

constexpr std::int64_t kOpens = 1'000;
constexpr std::int64_t kEnds = 2'000;

GateRules rules(CouponState state = CouponState::kOpen) { return {state, {kOpens, kEnds}, 10}; }

TEST(Rules, There_is_a_place_inside_the_window_below_the_quota) {
  EXPECT_EQ(refusal(rules(), 0, kOpens), std::nullopt);
  EXPECT_EQ(refusal(rules(), 9, kEnds - 1), std::nullopt);
}

TEST(Rules, The_window_opens_at_its_first_millisecond_and_ends_before_its_last) {
  EXPECT_EQ(refusal(rules(), 0, kOpens - 1), Outcome::kNotOpen);
  EXPECT_EQ(refusal(rules(), 0, kOpens), std::nullopt);
  EXPECT_EQ(refusal(rules(), 0, kEnds - 1), std::nullopt);
  EXPECT_EQ(refusal(rules(), 0, kEnds), Outcome::kEnded);
}

TEST(Rules, A_window_of_zeros_was_always_open_and_never_ends) {
  const GateRules open{CouponState::kOpen, {0, 0}, 1};
  EXPECT_EQ(refusal(open, 0, 0), std::nullopt);
  EXPECT_EQ(refusal(open, 0, INT64_MAX), std::nullopt);
}

TEST(Rules, The_last_place_is_given_and_the_next_is_not) {
  EXPECT_EQ(refusal(rules(), 9, kOpens), std::nullopt);
  EXPECT_EQ(refusal(rules(), 10, kOpens), Outcome::kSoldOut);
  EXPECT_EQ(refusal(rules(), 11, kOpens), Outcome::kSoldOut);
  EXPECT_EQ(refusal({CouponState::kOpen, {}, 0}, 0, kOpens), Outcome::kSoldOut);
}

TEST(Rules, Paused_comes_before_every_other_reason) {
  for (const auto now : {kOpens - 1, kOpens, kEnds}) {
    for (const int held : {0, 10}) EXPECT_EQ(refusal(rules(CouponState::kPaused), held, now), Outcome::kPaused);
  }
}

TEST(Rules, Closed_and_deleted_say_ended_before_the_window_is_looked_at) {
  for (const auto state : {CouponState::kClosed, CouponState::kDeleted}) {
    for (const auto now : {kOpens - 1, kOpens, kEnds}) {
      for (const int held : {0, 10}) EXPECT_EQ(refusal(rules(state), held, now), Outcome::kEnded);
    }
  }
}

TEST(Rules, The_window_comes_before_sold_out) {
  EXPECT_EQ(refusal(rules(), 10, kOpens - 1), Outcome::kNotOpen);
  EXPECT_EQ(refusal(rules(), 10, kEnds), Outcome::kEnded);
}

TEST(Rules, A_reduction_never_goes_below_what_is_held) {
  EXPECT_EQ(reduced_quota(5, 3), 5);
  EXPECT_EQ(reduced_quota(5, 5), 5);
  EXPECT_EQ(reduced_quota(5, 8), 8);
  EXPECT_EQ(reduced_quota(1, 0), 1);
}

}  // namespace
}  // namespace coupon
