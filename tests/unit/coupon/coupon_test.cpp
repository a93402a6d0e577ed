#include "coupon/coupon.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

#include "coupon/ledger.hpp"
#include "coupon/outcome.hpp"

namespace coupon {
namespace {

Coupon good() { return {*CouponCode::parse("FLASH"), "Flash sale", 100, CouponState::kOpen, {}, 1, 0, 0}; }

std::string complaint(const Coupon& coupon) {
  const auto ok = validate(coupon);
  return ok ? "" : ok.error().message;
}

TEST(Coupon, A_quota_between_one_and_the_maximum_is_valid) {
  auto coupon = good();
  for (const std::int64_t quota : {std::int64_t{1}, std::int64_t{100}, kQuotaMax}) {
    coupon.quota = quota;
    EXPECT_EQ(complaint(coupon), "") << quota;
  }
  for (const std::int64_t quota : {std::int64_t{0}, std::int64_t{-1}, kQuotaMax + 1, INT64_MIN, INT64_MAX}) {
    coupon.quota = quota;
    EXPECT_NE(complaint(coupon).find("quantity"), std::string::npos) << quota;
  }
}

TEST(Coupon, A_title_is_bounded_in_bytes) {
  auto coupon = good();
  coupon.title = std::string(kTitleMax, 't');
  EXPECT_EQ(complaint(coupon), "");
  coupon.title += 't';
  EXPECT_NE(complaint(coupon).find("title"), std::string::npos);
}

TEST(Coupon, A_window_must_not_be_empty_unless_it_never_ends) {
  auto coupon = good();
  coupon.window = {1'000, 1'001};
  EXPECT_EQ(complaint(coupon), "");
  coupon.window = {1'000, 0};
  EXPECT_EQ(complaint(coupon), "");
  coupon.window = {0, 1'000};
  EXPECT_EQ(complaint(coupon), "");
  coupon.window = {1'000, 1'000};
  EXPECT_NE(complaint(coupon).find("endsAt"), std::string::npos);
  coupon.window = {1'000, 999};
  EXPECT_NE(complaint(coupon).find("endsAt"), std::string::npos);
}

template <class State, class Parse>
void expect_names_read_back(std::initializer_list<State> states, Parse parse) {
  for (const auto state : states) {
    const auto again = parse(name_of(state));
    ASSERT_TRUE(again) << name_of(state);
    EXPECT_EQ(*again, state);
  }
  for (const auto* bad : {"", "open", "OPEN ", "NONE"}) EXPECT_EQ(parse(bad).error().code, base::Errc::kCorrupt) << bad;
}

TEST(Coupon, Names_of_states_read_back_and_others_are_corrupt) {
  using enum CouponState;
  expect_names_read_back({kOpen, kPaused, kClosed, kDeleted}, parse_coupon_state);
  expect_names_read_back({RowState::kIssued, RowState::kUsed, RowState::kRevoked}, parse_row_state);
  expect_names_read_back({DeadLetterState::kRetrying, DeadLetterState::kOpen, DeadLetterState::kRedriven,
                          DeadLetterState::kDiscarded, DeadLetterState::kStale},
                         parse_dead_letter_state);
}

TEST(Coupon, Every_outcome_has_a_name_of_its_own) {
  std::set<std::string_view> outcomes;
  for (int i = 0; i < kOutcomeCount; ++i) outcomes.insert(name_of(static_cast<Outcome>(i)));
  EXPECT_EQ(outcomes.size(), static_cast<std::size_t>(kOutcomeCount));
  std::set<std::string_view> persisted;
  for (int i = 0; i < kPersistOutcomeCount; ++i) persisted.insert(name_of(static_cast<PersistOutcome>(i)));
  EXPECT_EQ(persisted.size(), static_cast<std::size_t>(kPersistOutcomeCount));
}

}  // namespace
}  // namespace coupon
