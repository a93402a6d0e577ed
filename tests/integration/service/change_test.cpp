// Changing a coupon that is being issued; its end.

#include "service/change.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "integration/service/shop.hpp"
#include "service/lifecycle.hpp"

namespace coupon::test {

using base::Errc;

class Change : public testing::TestWithParam<EngineChoice> {
 protected:
  base::Result<service::ChangeReport> quota(const CouponCode& code, std::int64_t value, bool relative = false) {
    return service::set_quota(shop.backend(), code, {value, relative}, "test");
  }
  base::Result<service::ChangeReport> state(const CouponCode& code, CouponState state) {
    return service::set_state(shop.backend(), code, state, "test");
  }
  ServiceShop shop{GetParam()};
};

TEST_P(Change, more_quota_is_in_the_ledger_and_in_the_gate) {
  const auto code = shop.seeded("A", 1);
  EXPECT_EQ(shop.issue_many(code, "m", 3), 1);
  const auto report = must(quota(code, 2, /*relative=*/true));
  EXPECT_EQ(report.coupon.quota, 3);
  EXPECT_TRUE(report.in_gate);
  EXPECT_EQ(shop.issue_many(code, "n", 5), 2);
  EXPECT_EQ(must(shop.engines().ledger().coupon(code)).quota, 3);
}

TEST_P(Change, less_quota_stops_at_what_is_held) {
  const auto code = shop.seeded("A", 10);
  shop.issue_many(code, "m", 4);
  EXPECT_EQ(must(quota(code, 2)).coupon.quota, 4);
  EXPECT_EQ(shop.issue(code, "n"), Outcome::kSoldOut);
  EXPECT_EQ(must(shop.engines().ledger().coupon(code)).quota, 4);
}

TEST_P(Change, top_ups_at_the_same_time_add_up) {
  const auto code = shop.seeded("A", 10);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, code] {
      const auto bench = shop.another_bench();
      for (int round = 0; round < 5; ++round) {
        EXPECT_TRUE(service::set_quota(bench->backend(), code, {1, true}, "test"));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(must(shop.engines().ledger().coupon(code)).quota, 30);
  EXPECT_EQ(shop.status(code).quota, 30);
}

TEST_P(Change, pause_refuses_and_resume_issues_again) {
  const auto code = shop.seeded("A", 2);
  must(state(code, CouponState::kPaused));
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kPaused);
  must(state(code, CouponState::kOpen));
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kGranted);
}

TEST_P(Change, closed_stays_closed) {
  const auto code = shop.seeded("A", 2);
  must(state(code, CouponState::kClosed));
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kEnded);
  const auto refused = state(code, CouponState::kOpen);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
}

TEST_P(Change, repeated_is_the_same_and_uses_no_version) {
  const auto code = shop.seeded("A", 2);
  const auto first = must(state(code, CouponState::kPaused));
  const auto again = must(state(code, CouponState::kPaused));
  EXPECT_EQ(again.coupon.version, first.coupon.version);
}

TEST_P(Change, out_of_bounds_is_refused_by_name) {
  const auto code = shop.seeded("A", 2);
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, kQuotaMax + 1}) {
    const auto refused = quota(code, value);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
  }
  EXPECT_FALSE(quota(code, -5, /*relative=*/true));
}

TEST_P(Change, before_the_first_seed_is_taken_by_it) {
  const auto code = shop.create("A", 5);
  const auto report = must(quota(code, 2));
  EXPECT_FALSE(report.in_gate);
  must(service::rebuild(shop.backend(), code));
  EXPECT_EQ(shop.issue_many(code, "m", 5), 2);
}

TEST_P(Change, reduction_of_a_lost_gate_is_refused_until_it_is_seeded) {
  const auto code = shop.seeded("A", 5);
  shop.issue_many(code, "m", 3);
  const auto token = must(shop.backend().gate.fence(code, 2));
  ASSERT_TRUE(must(shop.backend().gate.forget(code, token)));
  const auto refused = quota(code, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kFenced);
  must(service::rebuild(shop.backend(), code));
  EXPECT_EQ(must(quota(code, 1)).coupon.quota, 3);
}

TEST_P(Change, goes_on_behind_one_that_died_between_gate_and_ledger) {
  const auto code = shop.seeded("A", 5);
  const auto before = must(shop.engines().ledger().coupon(code));
  must(shop.backend().gate.reduce(code, {before.version + 1, 2, before.state, before.window}));
  const auto report = must(quota(code, 4));
  EXPECT_EQ(report.coupon.quota, 4);
  EXPECT_EQ(shop.status(code).quota, 4);
  EXPECT_EQ(shop.status(code).version, report.coupon.version);
}

TEST_P(Change, removal_hides_the_coupon_keeps_its_rows_and_never_gives_the_code_again) {
  const auto code = shop.seeded("A", 5);
  shop.issue_many(code, "m", 3);
  must(service::remove_coupon(shop.backend(), code, "test"));
  EXPECT_EQ(shop.issue(code, "n"), Outcome::kUnknownCoupon);
  EXPECT_FALSE(shop.engines().ledger().coupon(code, false));
  EXPECT_EQ(shop.counts(code).issued, 3);
  EXPECT_THROW(shop.create("A", 5), std::runtime_error);
}

TEST_P(Change, init_seeds_raises_and_reduces) {
  const auto code = shop.create("A", 5);
  EXPECT_EQ(must(service::init_stock(shop.backend(), code, 3, "test")).coupon.quota, 3);
  EXPECT_EQ(shop.issue_many(code, "m", 9), 3);
  EXPECT_EQ(must(service::init_stock(shop.backend(), code, 10, "test")).held, 3);
  EXPECT_EQ(must(service::init_stock(shop.backend(), code, 1, "test")).coupon.quota, 3);
  EXPECT_EQ(must(service::init_stock(shop.backend(), code, std::nullopt, "test")).coupon.quota, 3);
}

TEST_P(Change, reset_forgets_everything_also_what_is_still_on_its_way) {
  const auto code = shop.seeded("A", 2);
  shop.issue_many(code, "m", 2);
  must(service::reset_coupon(shop.backend(), code));
  EXPECT_EQ(shop.status(code).held, 0);
  EXPECT_EQ(shop.issue_many(code, "n", 5), 2);
  shop.persist();
  EXPECT_EQ(shop.counts(code).issued, 2);
}

INSTANTIATE_TEST_SUITE_P(Engines, Change, testing::ValuesIn(engine_choices()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace coupon::test
