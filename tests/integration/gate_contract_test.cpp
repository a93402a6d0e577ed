// The members' path: issue, confirm, find, status.

#include <algorithm>
#include <set>
#include <thread>

#include "integration/gate_fixture.hpp"

namespace coupon::test {
namespace {

class GateContract : public GateTest {};

std::vector<Outcome> outcomes(const IssueReply& reply) {
  std::vector<Outcome> all;
  for (const auto& decision : reply.decisions) all.push_back(decision.outcome);
  return all;
}

TEST_P(GateContract, Merged_asks_are_answered_in_their_order_with_rising_ranks) {
  seed();
  const auto reply = gate_.issue(asks(1, 4));
  EXPECT_EQ(reply.epoch, kEpoch);
  EXPECT_GE(engines_->now_ms(), reply.now_ms);
  ASSERT_EQ(reply.decisions.size(), 4U);
  for (int i = 0; i < 4; ++i) {
    const auto& decision = reply.decisions[static_cast<std::size_t>(i)];
    ASSERT_EQ(decision.outcome, Outcome::kGranted);
    EXPECT_EQ(decision.held->grant.member, member(i + 1));
    EXPECT_EQ(decision.held->grant.id, id(static_cast<std::uint32_t>(i + 1)));
    EXPECT_EQ(decision.held->grant.rank, i + 1);
    EXPECT_EQ(decision.held->grant.issued_ms, reply.now_ms);
    EXPECT_EQ(decision.held->pending, !engines_->journals_with_the_grant());
  }
  EXPECT_EQ(gate_.status().seq, 4);
}

TEST_P(GateContract, The_quota_ends_inside_a_merged_call) {
  seed(3);
  const auto got = outcomes(gate_.issue(asks(1, 5)));
  EXPECT_EQ(got, (std::vector{Outcome::kGranted, Outcome::kGranted, Outcome::kGranted, Outcome::kSoldOut,
                              Outcome::kSoldOut}));
  EXPECT_EQ(held(), 3);
  EXPECT_FALSE(holds(4));
}

TEST_P(GateContract, The_same_member_twice_in_one_call_gets_one_place) {
  seed();
  const auto reply = gate_.issue({ask(1, 11), ask(1, 12)});
  EXPECT_EQ(outcomes(reply), (std::vector{Outcome::kGranted, Outcome::kAlready}));
  EXPECT_EQ(reply.decisions[1].held->grant.id, id(11));
  EXPECT_EQ(held(), 1);
}

TEST_P(GateContract, Repeating_a_call_whose_reply_was_lost_shows_the_same_grants) {
  seed(2);
  const auto first = gate_.issue(asks(1, 3));
  const auto again = other_.issue(asks(1, 3));
  EXPECT_EQ(outcomes(again), outcomes(first));
  EXPECT_EQ(again.decisions[1].held->grant.rank, first.decisions[1].held->grant.rank);
  EXPECT_EQ(held(), 2);
}

TEST_P(GateContract, Another_ask_of_a_holder_is_told_of_the_first_grant_with_its_key) {
  seed();
  gate_.issue({ask(1, 11, 0xfeedfacecafebeefULL)});
  const auto again = gate_.issue_one(ask(1, 12, 5));
  EXPECT_EQ(again.outcome, Outcome::kAlready);
  EXPECT_EQ(again.held->grant.id, id(11));
  EXPECT_EQ(again.held->grant.key_hash, 0xfeedfacecafebeefULL);
  EXPECT_EQ(again.held->grant.rank, 1);
}

TEST_P(GateContract, An_existing_grant_comes_before_every_refusal) {
  seed(1);
  grant_to(1, 1);
  EXPECT_EQ(gate_.issue_one(ask(1, 2)).outcome, Outcome::kAlready) << "sold out";
  const auto now = engines_->now_ms();
  const std::vector<GateChange> closed_ways = {values(1, 2, CouponState::kPaused), values(1, 3, CouponState::kClosed),
                                               values(1, 4, CouponState::kOpen, {now + 3'600'000, 0}),
                                               values(1, 5, CouponState::kOpen, {0, now - 1})};
  for (const auto& way : closed_ways) {
    ASSERT_TRUE(gate_.change(way).applied);
    EXPECT_EQ(gate_.issue_one(ask(1, 2)).outcome, Outcome::kAlready) << way.version;
    EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kGranted) << way.version;
  }
}

TEST_P(GateContract, Refusals_come_in_the_order_of_the_rules) {
  seed(1);
  grant_to(1, 1);
  const auto now = engines_->now_ms();
  const auto refused = [&](GateChange change) {
    EXPECT_TRUE(gate_.change(change).applied);
    return gate_.issue_one(ask(2, 2)).outcome;
  };
  EXPECT_EQ(gate_.issue_one(ask(2, 2)).outcome, Outcome::kSoldOut);
  EXPECT_EQ(refused(values(1, 2, CouponState::kPaused, {now + 3'600'000, 0})), Outcome::kPaused);
  EXPECT_EQ(refused(values(1, 3, CouponState::kClosed, {now + 3'600'000, 0})), Outcome::kEnded);
  EXPECT_EQ(refused(values(1, 4, CouponState::kOpen, {now + 3'600'000, 0})), Outcome::kNotOpen);
  EXPECT_EQ(refused(values(1, 5, CouponState::kOpen, {0, now - 1})), Outcome::kEnded);
  EXPECT_EQ(held(), 1);
}

TEST_P(GateContract, A_refusal_carries_no_grant_and_the_window) {
  seed();
  const Window window{engines_->now_ms() + 3'600'000, engines_->now_ms() + 7'200'000};
  gate_.change(values(kQuota, 2, CouponState::kOpen, window));
  const auto reply = gate_.issue({ask(1, 1)});
  EXPECT_EQ(reply.window, window);
  EXPECT_FALSE(reply.decisions[0].held);
}

TEST_P(GateContract, The_window_opens_and_ends_by_the_gates_clock) {
  if (!engines_->move_clock(0)) GTEST_SKIP() << "this gate's clock cannot be moved";
  seed();
  const auto now = engines_->now_ms();
  gate_.change(values(kQuota, 2, CouponState::kOpen, {now + 1'000, now + 2'000}));
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kNotOpen);
  ASSERT_TRUE(engines_->move_clock(999));
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kNotOpen);
  ASSERT_TRUE(engines_->move_clock(1));
  const auto granted = gate_.issue_one(ask(1, 1));
  EXPECT_EQ(granted.outcome, Outcome::kGranted);
  EXPECT_EQ(granted.held->grant.issued_ms, now + 1'000);
  ASSERT_TRUE(engines_->move_clock(999));
  EXPECT_EQ(gate_.issue_one(ask(2, 2)).outcome, Outcome::kGranted);
  ASSERT_TRUE(engines_->move_clock(1));
  EXPECT_EQ(gate_.issue_one(ask(3, 3)).outcome, Outcome::kEnded);
}

TEST_P(GateContract, An_unknown_coupon_is_not_a_fenced_one) {
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kUnknownCoupon);
  EXPECT_FALSE(gate_.status().known);
  gate_.fence(1);
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kFenced);
  const auto status = gate_.status();
  EXPECT_TRUE(status.known);
  EXPECT_FALSE(status.serving);
  EXPECT_TRUE(status.building);
}

TEST_P(GateContract, Coupons_do_not_know_of_each_other) {
  seed(1);
  GateCalls second(*engine_, code("flash"));
  second.seed(values(1), 9);
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kGranted);
  EXPECT_EQ(second.issue_one(ask(1, 2)).outcome, Outcome::kGranted);
  EXPECT_EQ(gate_.issue_one(ask(2, 3)).outcome, Outcome::kSoldOut);
  EXPECT_EQ(second.status().epoch, 9U);
  EXPECT_TRUE(gate_.revoke(ref(1, 1)));
  EXPECT_EQ(second.status().held, 1);
}

TEST_P(GateContract, A_call_without_asks_gives_nothing) {
  seed();
  EXPECT_TRUE(gate_.issue(std::vector<Ask>{}).decisions.empty());
  EXPECT_TRUE(gate_.confirm(kEpoch, {}).empty());
  EXPECT_EQ(held(), 0);
}

TEST_P(GateContract, A_call_beyond_the_bound_is_invalid_and_nothing_happens) {
  seed(kQuotaMax);
  const auto too_many = base::wait<IssueReply>(
      [&](auto done) { engine_->issue(code_, asks(1, static_cast<int>(kGateBatchMax) + 1), std::move(done)); });
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, base::Errc::kInvalid);
  EXPECT_EQ(held(), 0);
  EXPECT_EQ(gate_.issue(asks(1, static_cast<int>(kGateBatchMax))).decisions.size(), kGateBatchMax);
}

TEST_P(GateContract, Confirm_answers_by_id_and_epoch) {
  seed();
  gate_.issue(asks(1, 3));
  EXPECT_EQ(gate_.confirm(kEpoch, {ref(1, 1), ref(2, 99), ref(3, 3), ref(4, 4)}),
            (std::vector{true, false, true, false}));
  EXPECT_EQ(gate_.confirm(kEpoch - 1, {ref(1, 1)}), std::vector{false});
  EXPECT_EQ(gate_.confirm(kEpoch + 1, {ref(1, 1)}), std::vector{false});
}

TEST_P(GateContract, Confirm_ends_pending_once_and_may_be_repeated) {
  seed();
  grant_to(1, 2);
  ASSERT_TRUE(gate_.rearm(ref(1, 1)));
  EXPECT_TRUE(gate_.find(member(1)).held->pending);
  EXPECT_EQ(gate_.status().pending, 1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(gate_.confirm(kEpoch, {ref(1, 1)}), std::vector{true});
    EXPECT_FALSE(gate_.find(member(1)).held->pending);
    EXPECT_EQ(gate_.status().pending, 0);
  }
}

TEST_P(GateContract, Confirm_with_another_id_or_epoch_leaves_it_pending) {
  seed();
  grant_to(1, 1);
  ASSERT_TRUE(gate_.rearm(ref(1, 1)));
  gate_.confirm(kEpoch, {ref(1, 2)});
  gate_.confirm(kEpoch + 1, {ref(1, 1)});
  EXPECT_TRUE(gate_.find(member(1)).held->pending);
}

TEST_P(GateContract, A_pending_holder_who_asks_again_is_told_that_it_is_pending) {
  seed();
  grant_to(1, 1);
  ASSERT_TRUE(gate_.rearm(ref(1, 1)));
  const auto again = gate_.issue_one(ask(1, 2));
  EXPECT_EQ(again.outcome, Outcome::kAlready);
  EXPECT_TRUE(again.held->pending);
}

TEST_P(GateContract, Find_answers_what_one_member_holds) {
  seed();
  grant_to(1, 1);
  const auto found = gate_.find(member(1));
  EXPECT_TRUE(found.serving);
  EXPECT_EQ(found.epoch, kEpoch);
  EXPECT_EQ(found.held->grant.id, id(1));
  EXPECT_FALSE(gate_.find(member(2)).held);
}

TEST_P(GateContract, Status_counts_what_is_held_pending_and_given) {
  seed();
  grant_to(1, 4);
  ASSERT_TRUE(gate_.rearm(ref(2, 2)));
  ASSERT_TRUE(gate_.revoke(ref(4, 4)));
  const auto status = other_.status();
  EXPECT_TRUE(status.known && status.serving && !status.building);
  EXPECT_EQ(status.quota, kQuota);
  EXPECT_EQ(status.held, 3);
  EXPECT_EQ(status.pending, 1);
  EXPECT_EQ(status.seq, 4);
  EXPECT_EQ(status.version, 1U);
  EXPECT_EQ(status.epoch, kEpoch);
}

TEST_P(GateContract, Another_identity_fences_every_call) {
  seed();
  grant_to(1, 2);
  engines_->change_identity();
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kFenced);
  EXPECT_EQ(gate_.issue_one(ask(3, 3)).outcome, Outcome::kFenced);
  EXPECT_EQ(gate_.confirm(kEpoch, {ref(1, 1)}), std::vector{false});
  EXPECT_FALSE(gate_.find(member(1)).serving);
  EXPECT_FALSE(gate_.status().serving);
  EXPECT_FALSE(gate_.claim(10, 1).serving);
  EXPECT_FALSE(gate_.revoke(ref(1, 1)));
  EXPECT_FALSE(gate_.rearm(ref(1, 1)));
  EXPECT_FALSE(gate_.adopt(grant(7, 7, 7)));
  EXPECT_FALSE(gate_.change(values(99, 9)).serving);
  EXPECT_FALSE(gate_.reduce(values(1, 9)).serving);
  EXPECT_FALSE(gate_.scan("", 10).serving);
  const auto status = gate_.status();
  EXPECT_EQ(status.quota, kQuota);
  EXPECT_EQ(status.held, 2);
}

TEST_P(GateContract, Overlapping_crowds_at_several_gates_never_exceed_the_quota_nor_get_two) {
  constexpr int kGates = 4;
  constexpr int kMembers = 120;
  constexpr int kCall = 16;
  seed(50);
  std::vector<std::set<std::pair<MemberId, GrantId>>> granted(kGates);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kGates; ++t) {
      threads.emplace_back([&, t] {
        const auto engine = engines_->gate();
        GateCalls gate(*engine, code_);
        for (int at = 0; at < kMembers; at += kCall) {
          std::vector<Ask> all;
          for (int i = 0; i < kCall; ++i) {
            const int number = (at + i + t * 40) % kMembers;
            all.push_back(ask(number, static_cast<std::uint32_t>(t * 1'000 + number)));
          }
          for (const auto& decision : gate.issue(std::move(all)).decisions) {
            if (decision.outcome != Outcome::kGranted) continue;
            granted[static_cast<std::size_t>(t)].emplace(decision.held->grant.member, decision.held->grant.id);
          }
        }
      });
    }
  }
  std::set<MemberId> members;
  std::size_t total = 0;
  for (const auto& one : granted) {
    total += one.size();
    for (const auto& [who, what] : one) {
      members.insert(who);
      EXPECT_EQ(gate_.find(who).held->grant.id, what);
    }
  }
  EXPECT_EQ(total, 50U);
  EXPECT_EQ(members.size(), 50U);
  EXPECT_EQ(held(), 50);
  std::set<std::int64_t> ranks;
  for (const auto& grant : gate_.scan("", 1'000).grants) ranks.insert(grant.grant.rank);
  EXPECT_EQ(ranks.size(), 50U);
  EXPECT_EQ(*ranks.rbegin(), 50);
}

COUPON_CONTRACT(GateContract);

}  // namespace
}  // namespace coupon::test
