// Seed, re-seed, unfence and rebuild: one procedure.

#include "service/rebuild.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "integration/service/shop.hpp"

namespace coupon::test {

using base::Errc;

class Rebuild : public testing::TestWithParam<EngineChoice> {
 protected:
  ServiceShop shop{GetParam()};

  void dead_letter(std::optional<CouponCode> code, const std::string& member, std::int64_t offset) {
    DeadLetter letter;
    letter.record = {9, offset, 1, member, "garbage", {}};
    letter.error_class = "unreadable";
    letter.error = "test";
    letter.code = std::move(code);
    letter.member = must(MemberId::parse(member));
    letter.grant = ids.next();
    must(shop.engines().ledger().persist({}, {letter}));
  }
  base::SystemClock clock;
  base::UlidGenerator ids{clock};
};

TEST_P(Rebuild, makes_an_unseeded_coupon_serve_under_the_next_epoch) {
  const auto code = shop.create("A", 3);
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kUnknownCoupon);
  const auto report = must(service::rebuild(shop.backend(), code));
  EXPECT_EQ(report.coupon.epoch, 1U);
  EXPECT_EQ(report.held, 0);
  EXPECT_TRUE(shop.status(code).serving);
  EXPECT_EQ(shop.issue_many(code, "m", 5), 3);
}

TEST_P(Rebuild, keeps_every_grant_and_gives_none_twice) {
  const auto code = shop.seeded("A", 5);
  EXPECT_EQ(shop.issue_many(code, "m", 3), 3);
  const auto report = must(service::rebuild(shop.backend(), code));
  EXPECT_EQ(report.held, 3);
  EXPECT_EQ(report.coupon.epoch, 2U);
  EXPECT_EQ(shop.issue(code, "m0"), Outcome::kAlready);
  EXPECT_EQ(shop.issue_many(code, "n", 5), 2);
  shop.persist();
  EXPECT_EQ(shop.counts(code).issued, 5);
}

TEST_P(Rebuild, of_a_lost_gate_brings_back_what_the_ledger_has) {
  const auto code = shop.seeded("A", 5);
  EXPECT_EQ(shop.issue_many(code, "m", 4), 4);
  shop.persist();
  const auto token = must(shop.backend().gate.fence(code, 2));
  ASSERT_TRUE(must(shop.backend().gate.forget(code, token)));
  EXPECT_EQ(must(service::rebuild(shop.backend(), code)).held, 4);
  EXPECT_EQ(shop.issue(code, "m3"), Outcome::kAlready);
  EXPECT_EQ(shop.issue_many(code, "n", 3), 1);
}

TEST_P(Rebuild, ranks_go_on_behind_the_highest_ever_given) {
  const auto code = shop.seeded("A", 5);
  shop.issue_many(code, "m", 2);
  must(service::rebuild(shop.backend(), code));
  ASSERT_EQ(shop.issue(code, "later"), Outcome::kGranted);
  const auto held = must(shop.backend().gate.find(code, must(MemberId::parse("later"))));
  EXPECT_EQ(held.held->grant.rank, 3);
}

TEST_P(Rebuild, after_a_crashed_one_unfences) {
  const auto code = shop.seeded("A", 5);
  must(shop.backend().gate.fence(code, 2));
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kFenced);
  must(service::rebuild(shop.backend(), code));
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kGranted);
}

TEST_P(Rebuild, holds_the_place_of_an_open_dead_letter) {
  const auto code = shop.seeded("A", 2);
  dead_letter(code, "parked", 1);
  EXPECT_EQ(must(service::rebuild(shop.backend(), code)).held, 1);
  EXPECT_EQ(shop.issue(code, "parked"), Outcome::kAlready);
  EXPECT_EQ(shop.issue_many(code, "m", 3), 1);
}

TEST_P(Rebuild, refuses_while_a_dead_letter_names_no_coupon_and_fences_nothing_for_it) {
  const auto code = shop.seeded("A", 2);
  dead_letter(std::nullopt, "parked", 1);
  const auto refused = service::rebuild(shop.backend(), code);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_FALSE(refused.error().retryable);
  EXPECT_EQ(shop.issue(code, "m"), Outcome::kGranted);
}

TEST_P(Rebuild, of_an_unknown_coupon_is_not_found) {
  const auto refused = service::rebuild(shop.backend(), must(CouponCode::parse("NOPE")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kNotFound);
}

TEST_P(Rebuild, several_at_once_under_traffic_lose_nothing_and_give_none_too_many) {
  constexpr int kQuota = 200;
  const auto code = shop.seeded("A", kQuota);
  std::vector<std::thread> rebuilders;
  for (int i = 0; i < 3; ++i) {
    rebuilders.emplace_back([this, code] {
      const auto bench = shop.another_bench();
      for (int round = 0; round < 3; ++round) {
        const auto done = service::rebuild(bench->backend(), code);
        if (!done) {
          EXPECT_TRUE(done.error().retryable) << done.error().message;
        }
      }
    });
  }
  int granted = 0;
  for (int i = 0; i < 150; ++i) granted += shop.issue(code, "m" + std::to_string(i)) == Outcome::kGranted ? 1 : 0;
  for (auto& thread : rebuilders) thread.join();
  must(service::rebuild(shop.backend(), code));
  granted += shop.issue_many(code, "n", kQuota);
  EXPECT_EQ(granted, kQuota);
  shop.persist();
  EXPECT_EQ(shop.counts(code).issued, kQuota);
}

INSTANTIATE_TEST_SUITE_P(Engines, Rebuild, testing::ValuesIn(engine_choices()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace coupon::test
