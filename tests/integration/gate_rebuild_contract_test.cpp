// The rebuild's steps: fence, merge, settle, open, forget.

#include <thread>

#include "integration/gate_fixture.hpp"

namespace coupon::test {
namespace {

constexpr std::uint32_t kNext = kEpoch + 1;

class GateRebuildContract : public GateTest {};

TEST_P(GateRebuildContract, A_fence_stops_every_gate_and_keeps_the_grants) {
  seed();
  grant_to(1, 2);
  const auto token = gate_.fence(kNext);
  EXPECT_EQ(token.target_epoch, kNext);
  EXPECT_FALSE(token.server.empty());
  EXPECT_EQ(other_.issue_one(ask(3, 3)).outcome, Outcome::kFenced);
  EXPECT_EQ(other_.issue_one(ask(1, 1)).outcome, Outcome::kFenced);
  EXPECT_EQ(other_.confirm(kEpoch, {ref(1, 1)}), std::vector{false});
  const auto status = other_.status();
  EXPECT_FALSE(status.serving);
  EXPECT_TRUE(status.building);
  EXPECT_EQ(status.held, 2);
  EXPECT_EQ(status.epoch, kEpoch) << "the new epoch begins with open";
}

TEST_P(GateRebuildContract, Open_serves_under_the_tokens_epoch_with_the_given_values) {
  const auto token = gate_.fence(kNext);
  const Window window{1'000, engines_->now_ms() + 3'600'000};
  EXPECT_TRUE(gate_.settle(token, 7).mine);
  EXPECT_TRUE(gate_.open(token, values(7, 12, CouponState::kPaused, window), 33));
  const auto status = other_.status();
  EXPECT_TRUE(status.serving && !status.building);
  EXPECT_EQ(status.epoch, kNext);
  EXPECT_EQ(status.quota, 7);
  EXPECT_EQ(status.version, 12U);
  EXPECT_EQ(status.state, CouponState::kPaused);
  EXPECT_EQ(status.window, window);
  EXPECT_EQ(status.seq, 33);
}

TEST_P(GateRebuildContract, Ranks_go_on_behind_the_highest_ever_given) {
  seed();
  grant_to(1, 3);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(gate_.revoke(ref(i, static_cast<std::uint32_t>(i))));
  const auto token = gate_.fence(kNext);
  EXPECT_EQ(gate_.settle(token, kQuota).seq, 3);
  ASSERT_TRUE(gate_.open(token, values(kQuota), 1));
  EXPECT_EQ(gate_.issue_one(ask(4, 4)).held->grant.rank, 4);
}

TEST_P(GateRebuildContract, Merged_grants_are_held_confirmed) {
  const auto token = gate_.fence(kNext);
  EXPECT_TRUE(gate_.merge(token, {grant(1, 1, 1), grant(2, 2, 2)}, {}));
  const auto settled = gate_.settle(token, kQuota);
  EXPECT_TRUE(settled.mine);
  EXPECT_EQ(settled.held, 2);
  EXPECT_EQ(settled.pending, 0);
  EXPECT_EQ(settled.voided, 0);
  ASSERT_TRUE(gate_.open(token, values(kQuota), 2));
  EXPECT_EQ(gate_.issue_one(ask(1, 9)).outcome, Outcome::kAlready);
  EXPECT_EQ(gate_.find(member(2)).held->grant.issued_ms, grant(2, 2, 2).issued_ms);
}

TEST_P(GateRebuildContract, The_ledgers_grant_wins_over_the_gates) {
  seed();
  grant_to(1, 1);
  const auto token = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(token, {grant(1, 77, 5)}, {}));
  EXPECT_EQ(gate_.settle(token, kQuota).held, 1);
  EXPECT_EQ(gate_.find(member(1)).held->grant.id, id(77));
}

TEST_P(GateRebuildContract, The_key_survives_a_merge_of_the_same_grant_and_not_of_another) {
  seed();
  gate_.issue({ask(1, 1, 0xabcd), ask(2, 2, 0xabce)});
  const auto token = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(token, {grant(1, 1, 1), grant(2, 22, 2)}, {}));
  EXPECT_EQ(gate_.find(member(1)).held->grant.key_hash, 0xabcdU);
  EXPECT_EQ(gate_.find(member(2)).held->grant.key_hash, 0U);
}

TEST_P(GateRebuildContract, Revoked_ids_are_dropped_and_others_of_the_member_are_not) {
  seed();
  grant_to(1, 2);
  const auto token = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(token, {}, {ref(1, 1), ref(2, 99), ref(3, 3)}));
  EXPECT_FALSE(holds(1));
  EXPECT_TRUE(holds(2));
}

TEST_P(GateRebuildContract, What_was_not_merged_becomes_pending_and_due) {
  seed();
  grant_to(1, 3);
  const auto token = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(token, {grant(1, 1, 1)}, {}));
  const auto settled = gate_.settle(token, kQuota);
  EXPECT_EQ(settled.held, 3);
  EXPECT_EQ(settled.pending, 2);
  ASSERT_TRUE(gate_.open(token, values(kQuota), settled.seq));
  EXPECT_FALSE(gate_.find(member(1)).held->pending);
  const auto claim = gate_.claim(10, 60'000);
  EXPECT_EQ(claim.epoch, kNext);
  EXPECT_EQ(claim.due.size(), 2U);
}

TEST_P(GateRebuildContract, What_the_quota_does_not_reach_is_voided_from_the_highest_rank) {
  seed();
  grant_to(1, 5);
  const auto token = gate_.fence(kNext);
  // The ledger knows rank 5 and a member the gate never had: two of the quota's four are left for the ranks 1 and 2.
  ASSERT_TRUE(gate_.merge(token, {grant(5, 5, 5), grant(9, 9, 9)}, {}));
  const auto settled = gate_.settle(token, 4);
  EXPECT_EQ(settled.voided, 2);
  EXPECT_EQ(settled.held, 4);
  EXPECT_EQ(settled.pending, 2);
  EXPECT_TRUE(holds(1) && holds(2) && holds(5) && holds(9));
  EXPECT_FALSE(holds(3) || holds(4));
}

TEST_P(GateRebuildContract, Merged_grants_are_never_voided) {
  const auto token = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(token, {grant(1, 1, 1), grant(2, 2, 2), grant(3, 3, 3)}, {}));
  const auto settled = gate_.settle(token, 2);
  EXPECT_EQ(settled.voided, 0);
  EXPECT_EQ(settled.held, 3);
  ASSERT_TRUE(gate_.open(token, values(2), 3));
  EXPECT_EQ(gate_.issue_one(ask(4, 4)).outcome, Outcome::kSoldOut);
}

TEST_P(GateRebuildContract, Every_step_may_be_repeated) {
  seed();
  grant_to(1, 3);
  const auto token = gate_.fence(kNext);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(gate_.merge(token, {grant(1, 1, 1)}, {ref(2, 2)}));
  for (int i = 0; i < 2; ++i) {
    const auto settled = gate_.settle(token, kQuota);
    EXPECT_EQ(settled.held, 2);
    EXPECT_EQ(settled.pending, 1);
  }
  EXPECT_TRUE(gate_.open(token, values(kQuota), 3));
  EXPECT_FALSE(gate_.open(token, values(kQuota), 3)) << "the token is spent";
}

TEST_P(GateRebuildContract, After_another_fence_the_first_token_can_do_nothing) {
  seed();
  grant_to(1, 1);
  const auto first = gate_.fence(kNext);
  const auto second = other_.fence(kNext + 1);
  EXPECT_FALSE(gate_.merge(first, {grant(7, 7, 7)}, {ref(1, 1)}));
  EXPECT_FALSE(gate_.settle(first, kQuota).mine);
  EXPECT_FALSE(gate_.open(first, values(kQuota), 0));
  EXPECT_FALSE(gate_.forget(first));
  EXPECT_TRUE(holds(1));
  EXPECT_FALSE(holds(7));
  EXPECT_TRUE(other_.settle(second, kQuota).mine);
  EXPECT_TRUE(other_.open(second, values(kQuota), 1));
  EXPECT_EQ(gate_.status().epoch, kNext + 1);
}

TEST_P(GateRebuildContract, A_token_means_nothing_on_another_server) {
  seed();
  grant_to(1, 1);
  const auto token = gate_.fence(kNext);
  engines_->change_identity();
  EXPECT_FALSE(gate_.merge(token, {}, {ref(1, 1)}));
  EXPECT_FALSE(gate_.settle(token, kQuota).mine);
  EXPECT_FALSE(gate_.open(token, values(kQuota), 0));
  EXPECT_FALSE(gate_.forget(token));
  EXPECT_FALSE(gate_.status().serving);
}

TEST_P(GateRebuildContract, An_empty_token_opens_nothing) {
  seed();
  EXPECT_FALSE(gate_.open({}, values(99), 0));
  EXPECT_FALSE(gate_.forget({}));
  EXPECT_EQ(gate_.status().quota, kQuota);
}

TEST_P(GateRebuildContract, A_rebuild_on_the_new_server_serves_again) {
  seed();
  grant_to(1, 2);
  engines_->change_identity();
  const auto token = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(token, {grant(1, 1, 1), grant(2, 2, 2)}, {}));
  ASSERT_TRUE(gate_.settle(token, kQuota).mine);
  ASSERT_TRUE(gate_.open(token, values(kQuota), 2));
  EXPECT_EQ(gate_.issue_one(ask(1, 9)).outcome, Outcome::kAlready);
  EXPECT_EQ(gate_.issue_one(ask(3, 3)).outcome, Outcome::kGranted);
  EXPECT_EQ(gate_.confirm(kEpoch, {ref(3, 3)}), std::vector{false}) << "of an old epoch";
}

TEST_P(GateRebuildContract, A_crashed_rebuild_may_be_started_again_by_another) {
  seed();
  grant_to(1, 3);
  const auto crashed = gate_.fence(kNext);
  ASSERT_TRUE(gate_.merge(crashed, {grant(1, 1, 1), grant(2, 2, 2)}, {}));
  const auto token = other_.fence(kNext + 1);
  ASSERT_TRUE(other_.merge(token, {grant(1, 1, 1)}, {}));
  const auto settled = other_.settle(token, kQuota);
  EXPECT_EQ(settled.pending, 2) << "what only the crashed one merged is not vouched for";
  EXPECT_TRUE(other_.open(token, values(kQuota), settled.seq));
}

TEST_P(GateRebuildContract, Forget_drops_everything_known_of_the_code) {
  seed();
  grant_to(1, 3);
  EXPECT_FALSE(gate_.forget({kEpoch, "another"})) << "a coupon that serves is not forgotten";
  const auto token = gate_.fence(kNext);
  EXPECT_TRUE(gate_.forget(token));
  EXPECT_FALSE(gate_.status().known);
  EXPECT_EQ(gate_.issue_one(ask(1, 1)).outcome, Outcome::kUnknownCoupon);
  EXPECT_FALSE(holds(1));
  gate_.seed(values(kQuota), kNext + 1);
  EXPECT_EQ(held(), 0);
}

TEST_P(GateRebuildContract, A_fence_that_is_not_ahead_of_the_gate_or_of_another_rebuild_is_refused) {
  seed();
  const auto late = [&](std::uint32_t target) {
    const auto fenced = base::wait<BuildToken>([&](auto done) { engine_->fence(code_, target, std::move(done)); });
    return !fenced && fenced.error().code == base::Errc::kConflict && fenced.error().retryable;
  };
  EXPECT_TRUE(late(kEpoch));
  EXPECT_TRUE(late(kEpoch - 1));
  EXPECT_TRUE(gate_.status().serving) << "a late one stops nothing";
  const auto token = gate_.fence(kNext + 1);
  EXPECT_TRUE(late(kNext));
  EXPECT_TRUE(gate_.settle(token, kQuota).mine);
}

TEST_P(GateRebuildContract, A_second_fence_for_the_same_epoch_ends_the_first_attempt) {
  seed();
  grant_to(1, 1);
  const auto first = gate_.fence(kNext);
  EXPECT_TRUE(gate_.merge(first, {grant(7, 7, 7)}, {}));
  const auto second = other_.fence(kNext);  // late: the first one has read the same epoch and is further
  EXPECT_NE(second.server, first.server);
  EXPECT_FALSE(gate_.settle(first, kQuota).mine);
  EXPECT_FALSE(gate_.open(first, values(kQuota), 7)) << "what it merged may be gone by now";
  EXPECT_TRUE(other_.settle(second, kQuota).mine);
  EXPECT_TRUE(other_.open(second, values(kQuota), 7));
}

TEST_P(GateRebuildContract, Of_rebuilders_that_race_one_opens_and_the_others_see_that_they_lost) {
  seed(40);
  grant_to(1, 30);
  std::vector<std::uint8_t> won(4, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < won.size(); ++t) {
      threads.emplace_back([&, t] {
        const auto engine = engines_->gate();
        GateCalls gate(*engine, code_);
        const auto target = kNext + static_cast<std::uint32_t>(t);
        const auto fenced = base::wait<BuildToken>([&](auto done) { engine->fence(code_, target, std::move(done)); });
        if (!fenced) {
          EXPECT_EQ(fenced.error().code, base::Errc::kConflict) << fenced.error().message;
          return;  // a later one was faster
        }
        const auto& token = *fenced;
        std::vector<Grant> known;
        for (int i = 1; i <= 20; ++i) known.push_back(grant(i, static_cast<std::uint32_t>(i), i));
        if (!gate.merge(token, known, {})) return;
        const auto settled = gate.settle(token, 40);
        won[t] = settled.mine && gate.open(token, values(40), settled.seq) ? 1 : 0;
      });
    }
  }
  const auto status = gate_.status();
  EXPECT_EQ(status.held, 30);
  int winners = 0;
  for (const auto one : won) winners += one;
  // Those that fenced after another had opened win in turn; nobody overtakes the last one.
  EXPECT_GE(winners, 1);
  EXPECT_TRUE(status.serving && !status.building);
  EXPECT_EQ(won.at(status.epoch - kNext), 1);
  EXPECT_EQ(status.pending, 10);
}

COUPON_CONTRACT(GateRebuildContract);

}  // namespace
}  // namespace coupon::test
