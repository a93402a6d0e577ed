// The relay's, the operator's and reconcile's calls: claim, revoke, rearm, adopt, change, reduce, scan.

#include <map>
#include <set>
#include <thread>

#include "integration/gate_fixture.hpp"

namespace coupon::test {
namespace {

class GateOperatorContract : public GateTest {
 protected:
  void make_pending(int first, int last) {
    grant_to(first, last);
    for (int i = first; i <= last; ++i) ASSERT_TRUE(gate_.rearm(ref(i, static_cast<std::uint32_t>(i))));
  }
};

std::set<MemberId> members(const ClaimReply& reply) {
  std::set<MemberId> all;
  for (const auto& grant : reply.due) all.insert(grant.member);
  return all;
}

TEST_P(GateOperatorContract, A_claim_takes_what_is_due_with_the_epoch_and_no_more_than_asked) {
  seed();
  make_pending(1, 5);
  const auto first = gate_.claim(3, 60'000);
  EXPECT_TRUE(first.serving);
  EXPECT_EQ(first.epoch, kEpoch);
  EXPECT_EQ(first.due.size(), 3U);
  const auto rest = other_.claim(10, 60'000);
  EXPECT_EQ(rest.due.size(), 2U);
  auto all = members(first);
  all.merge(members(rest));
  EXPECT_EQ(all.size(), 5U) << "nobody is claimed twice before the retry is due";
  EXPECT_TRUE(gate_.claim(10, 60'000).due.empty());
  EXPECT_EQ(gate_.status().pending, 5);
}

TEST_P(GateOperatorContract, A_claimed_grant_is_due_again_after_its_backoff) {
  if (!engines_->move_clock(0)) GTEST_SKIP() << "this gate's clock cannot be moved";
  seed();
  make_pending(1, 1);
  ASSERT_EQ(gate_.claim(10, 1'000).due.size(), 1U);
  ASSERT_TRUE(engines_->move_clock(999));
  EXPECT_TRUE(gate_.claim(10, 1'000).due.empty());
  ASSERT_TRUE(engines_->move_clock(1));
  const auto again = gate_.claim(10, 1'000);
  ASSERT_EQ(again.due.size(), 1U);
  EXPECT_EQ(again.due[0].id, id(1));
  EXPECT_EQ(again.due[0].rank, 1);
}

TEST_P(GateOperatorContract, A_confirmed_grant_is_not_claimed) {
  seed();
  make_pending(1, 2);
  gate_.confirm(kEpoch, {ref(1, 1)});
  EXPECT_EQ(members(gate_.claim(10, 1)), std::set{member(2)});
}

TEST_P(GateOperatorContract, A_revoked_place_is_free_for_somebody_else_under_a_new_rank) {
  seed(1);
  grant_to(1, 1);
  EXPECT_TRUE(gate_.revoke(ref(1, 1)));
  EXPECT_FALSE(holds(1));
  const auto next = gate_.issue_one(ask(2, 2));
  EXPECT_EQ(next.outcome, Outcome::kGranted);
  EXPECT_EQ(next.held->grant.rank, 2);
}

TEST_P(GateOperatorContract, Revoke_goes_by_id_and_repeating_it_changes_nothing) {
  seed();
  grant_to(1, 2);
  EXPECT_FALSE(gate_.revoke(ref(1, 2)));
  EXPECT_FALSE(gate_.revoke(ref(3, 3)));
  EXPECT_TRUE(gate_.revoke(ref(1, 1)));
  EXPECT_FALSE(gate_.revoke(ref(1, 1)));
  EXPECT_EQ(held(), 1);
}

TEST_P(GateOperatorContract, Revoking_a_pending_grant_ends_its_pending_too) {
  seed();
  make_pending(1, 2);
  EXPECT_TRUE(gate_.revoke(ref(1, 1)));
  EXPECT_EQ(gate_.status().pending, 1);
  EXPECT_EQ(members(gate_.claim(10, 1)), std::set{member(2)});
}

TEST_P(GateOperatorContract, Rearm_goes_by_id_and_makes_it_due_at_once) {
  seed();
  grant_to(1, 1);
  EXPECT_FALSE(gate_.rearm(ref(1, 2)));
  EXPECT_FALSE(gate_.rearm(ref(2, 2)));
  EXPECT_TRUE(gate_.rearm(ref(1, 1)));
  EXPECT_TRUE(gate_.rearm(ref(1, 1)));
  EXPECT_EQ(gate_.status().pending, 1);
  EXPECT_EQ(gate_.claim(10, 60'000).due.size(), 1U);
}

TEST_P(GateOperatorContract, Adopt_takes_a_lost_grant_over_confirmed_and_ranks_go_on_behind_it) {
  seed();
  EXPECT_TRUE(gate_.adopt(grant(1, 1, 40)));
  const auto held_now = gate_.find(member(1)).held;
  EXPECT_FALSE(held_now->pending);
  EXPECT_EQ(held_now->grant.rank, 40);
  EXPECT_EQ(gate_.status().seq, 40);
  EXPECT_EQ(gate_.issue_one(ask(2, 2)).held->grant.rank, 41);
  EXPECT_TRUE(gate_.adopt(grant(3, 3, 7)));
  EXPECT_EQ(gate_.status().seq, 41) << "a lower rank does not set it back";
}

TEST_P(GateOperatorContract, Adopt_never_displaces_and_may_be_repeated) {
  seed();
  grant_to(1, 1);
  EXPECT_TRUE(gate_.adopt(grant(1, 1, 1)));
  EXPECT_FALSE(gate_.adopt(grant(1, 2, 1)));
  EXPECT_EQ(gate_.find(member(1)).held->grant.id, id(1));
  EXPECT_EQ(held(), 1);
}

TEST_P(GateOperatorContract, A_newer_change_is_in_force_at_once_and_at_every_gate) {
  seed(1);
  grant_to(1, 1);
  const auto reply = gate_.change(values(2, 2));
  EXPECT_TRUE(reply.serving && reply.applied);
  EXPECT_EQ(reply.epoch, kEpoch);
  EXPECT_EQ(reply.quota, 2);
  EXPECT_EQ(reply.held, 1);
  EXPECT_EQ(other_.issue_one(ask(2, 2)).outcome, Outcome::kGranted);
}

TEST_P(GateOperatorContract, An_older_or_equal_change_is_ignored) {
  seed();
  ASSERT_TRUE(gate_.change(values(20, 7)).applied);
  for (const std::uint64_t version : {7U, 6U, 1U}) {
    const auto reply = gate_.change(values(30, version, CouponState::kClosed));
    EXPECT_TRUE(reply.serving);
    EXPECT_FALSE(reply.applied);
    EXPECT_EQ(reply.quota, 20);
  }
  EXPECT_EQ(gate_.status().state, CouponState::kOpen);
  EXPECT_EQ(gate_.status().version, 7U);
}

TEST_P(GateOperatorContract, A_reduction_stops_at_what_is_held) {
  seed();
  grant_to(1, 4);
  auto reply = gate_.reduce(values(2, 2));
  EXPECT_TRUE(reply.applied);
  EXPECT_EQ(reply.quota, 4);
  EXPECT_EQ(reply.held, 4);
  EXPECT_EQ(gate_.issue_one(ask(5, 5)).outcome, Outcome::kSoldOut);
  EXPECT_FALSE(gate_.reduce(values(1, 2)).applied) << "the same version";
  ASSERT_TRUE(gate_.revoke(ref(1, 1)));
  reply = gate_.reduce(values(1, 3));
  EXPECT_EQ(reply.quota, 3);
  EXPECT_EQ(gate_.status().quota, 3);
}

TEST_P(GateOperatorContract, A_reduction_above_what_is_held_is_what_was_asked) {
  seed();
  grant_to(1, 2);
  EXPECT_EQ(gate_.reduce(values(5, 2)).quota, 5);
}

TEST_P(GateOperatorContract, A_scan_has_every_grant_once_over_its_pages) {
  seed(100);
  grant_to(1, 25);
  ASSERT_TRUE(gate_.rearm(ref(3, 3)));
  std::map<MemberId, HeldGrant> all;
  std::string cursor;
  int pages = 0;
  do {
    auto page = gate_.scan(cursor, 10);
    EXPECT_TRUE(page.serving);
    EXPECT_EQ(page.epoch, kEpoch);
    EXPECT_LE(page.grants.size(), 10U);
    for (auto& grant : page.grants) {
      auto who = grant.grant.member;
      EXPECT_TRUE(all.emplace(std::move(who), std::move(grant)).second);
    }
    cursor = page.next;
    ASSERT_LE(++pages, 10);
  } while (!cursor.empty());
  EXPECT_EQ(all.size(), 25U);
  EXPECT_TRUE(all.at(member(3)).pending);
  EXPECT_FALSE(all.at(member(4)).pending);
  EXPECT_EQ(all.at(member(7)).grant.id, id(7));
}

TEST_P(GateOperatorContract, A_scan_of_an_empty_or_unknown_coupon_ends_at_once) {
  EXPECT_TRUE(gate_.scan("", 10).next.empty());
  EXPECT_FALSE(gate_.scan("", 10).serving);
  seed();
  const auto page = gate_.scan("", 10);
  EXPECT_TRUE(page.serving && page.grants.empty() && page.next.empty());
}

TEST_P(GateOperatorContract, Relays_that_race_claim_each_grant_once) {
  constexpr int kPending = 60;
  seed(100);
  make_pending(1, kPending);
  std::vector<std::vector<Grant>> claimed(3);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : claimed) {
      threads.emplace_back([&] {
        const auto engine = engines_->gate();
        GateCalls gate(*engine, code_);
        for (;;) {
          auto reply = gate.claim(7, 3'600'000);
          if (reply.due.empty()) return;
          for (auto& grant : reply.due) mine.push_back(std::move(grant));
        }
      });
    }
  }
  std::multiset<MemberId> all;
  for (const auto& mine : claimed) {
    for (const auto& grant : mine) all.insert(grant.member);
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kPending));
  EXPECT_EQ(std::set<MemberId>(all.begin(), all.end()).size(), static_cast<std::size_t>(kPending));
}

COUPON_CONTRACT(GateOperatorContract);

}  // namespace
}  // namespace coupon::test
