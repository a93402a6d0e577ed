// Every difference between gate and ledger is found, and nothing else is.

#include "service/reconcile.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "integration/service/shop.hpp"
#include "service/relay.hpp"

namespace coupon::test {

using service::Difference;

class Reconcile : public testing::TestWithParam<EngineChoice> {
 protected:
  service::ReconcileReport plan(const CouponCode& code) { return must(service::plan_reconcile(shop.backend(), code)); }
  GrantId held_id(const CouponCode& code, const std::string& member) {
    return must(shop.backend().gate.find(code, must(MemberId::parse(member)))).held->grant.id;
  }
  template <class Call>
  bool gate_call(Call call) {
    base::InlineExecutor executor;
    const auto gate = shop.engines().gate(executor);
    return must(base::wait<bool>([&](auto done) { call(*gate, std::move(done)); }));
  }
  void expect_only(const CouponCode& code, Difference difference, const std::string& member) {
    const auto report = plan(code);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].difference, difference);
    EXPECT_EQ(report.findings[0].member, member);
  }
  ServiceShop shop{GetParam()};
};

TEST_P(Reconcile, finds_nothing_where_all_agree_and_drains_what_is_on_its_way) {
  const auto code = shop.seeded("A", 50);
  shop.issue_many(code, "m", 30);
  const auto report = plan(code);
  EXPECT_TRUE(report.consistent());
  EXPECT_EQ(report.in_gate, 30);
  EXPECT_EQ(report.in_ledger, 30);
}

TEST_P(Reconcile, finds_nothing_under_traffic) {
  const auto code = shop.seeded("A", 2'000);
  std::atomic<bool> stop = false;
  std::thread traffic([&] {
    base::InlineExecutor executor;
    const auto gate = shop.engines().gate(executor);
    base::SystemClock clock;
    base::UlidGenerator ids(clock);
    for (int i = 0; !stop && i < 2'000; ++i) {
      const Ask ask{must(MemberId::parse("t" + std::to_string(i))), ids.next(), 0};
      must(base::wait<IssueReply>([&](auto done) { gate->issue(code, std::vector{ask}, std::move(done)); }));
    }
  });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(plan(code).consistent());
  stop = true;
  traffic.join();
}

TEST_P(Reconcile, finds_a_coupon_that_is_not_seeded) { expect_only(shop.create("A", 5), Difference::kNotServing, ""); }

TEST_P(Reconcile, finds_a_live_row_that_the_gate_lost) {
  const auto code = shop.seeded("A", 5);
  shop.issue_many(code, "m", 2);
  shop.persist();
  const GrantRef ref{must(MemberId::parse("m1")), held_id(code, "m1")};
  ASSERT_TRUE(gate_call([&](Gate& gate, auto done) { gate.revoke(code, ref, std::move(done)); }));
  expect_only(code, Difference::kMissingInGate, "m1");
}

TEST_P(Reconcile, finds_a_revoked_grant_that_the_gate_still_holds) {
  const auto code = shop.seeded("A", 5);
  shop.issue_many(code, "m", 2);
  shop.persist();
  must(shop.engines().ledger().revoke(code, {must(MemberId::parse("m0")), held_id(code, "m0")}, "test"));
  expect_only(code, Difference::kRevokedHeld, "m0");
}

TEST_P(Reconcile, finds_a_confirmed_grant_whose_record_was_lost) {
  const auto code = shop.seeded("A", 5);
  const Grant grant{GrantId::from_bytes("0123456789abcdef").value(), must(MemberId::parse("x")), 1, 1, 0};
  ASSERT_TRUE(gate_call([&](Gate& gate, auto done) { gate.adopt(code, grant, std::move(done)); }));
  expect_only(code, Difference::kLostRecord, "x");
}

TEST_P(Reconcile, finds_a_member_with_another_grant) {
  const auto code = shop.seeded("A", 5);
  shop.issue_many(code, "m", 1);
  shop.persist();
  const GrantRef ref{must(MemberId::parse("m0")), held_id(code, "m0")};
  ASSERT_TRUE(gate_call([&](Gate& gate, auto done) { gate.revoke(code, ref, std::move(done)); }));
  const Grant other{GrantId::from_bytes("0123456789abcdef").value(), ref.member, 2, 1, 0};
  ASSERT_TRUE(gate_call([&](Gate& gate, auto done) { gate.adopt(code, other, std::move(done)); }));
  expect_only(code, Difference::kOtherGrant, "m0");
}

TEST_P(Reconcile, finds_values_that_differ) {
  const auto code = shop.seeded("A", 5);
  const auto coupon = must(shop.engines().ledger().coupon(code));
  must(shop.backend().gate.change(code, {coupon.version + 1, 4, coupon.state, coupon.window}));
  expect_only(code, Difference::kValues, "");
}

TEST_P(Reconcile, pending_grants_are_the_relays_business_and_the_relay_publishes_them) {
  const auto code = shop.seeded("A", 5);
  const Grant grant{GrantId::from_bytes("0123456789abcdef").value(), must(MemberId::parse("x")), 1, 1, 0};
  ASSERT_TRUE(gate_call([&](Gate& gate, auto done) { gate.adopt(code, grant, std::move(done)); }));
  ASSERT_TRUE(gate_call([&](Gate& gate, auto done) { gate.rearm(code, {grant.member, grant.id}, std::move(done)); }));
  EXPECT_EQ(plan(code).pending, 1);
  EXPECT_TRUE(plan(code).consistent());
  base::InlineExecutor executor;
  const auto gate = shop.engines().gate(executor);
  const auto journal = shop.engines().journal(executor);
  service::Relay relay(*gate, *journal, shop.engines().ledger(), {}, shop.metrics());
  EXPECT_EQ(must(relay.pass()), 1);
  EXPECT_EQ(must(relay.pass()), 0);
  EXPECT_EQ(shop.status(code).pending, 0);
  shop.persist();
  EXPECT_EQ(shop.counts(code).issued, 1);
  EXPECT_TRUE(plan(code).consistent());
}

INSTANTIATE_TEST_SUITE_P(Engines, Reconcile, testing::ValuesIn(engine_choices()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace coupon::test
