#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "builders.hpp"
#include "couponload/verify/invariant.hpp"
#include "couponload/verify/invariant_facts.hpp"

namespace coupon::load::test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Invariants, All_hold_of_an_honest_run_in_a_fixed_order) {
  std::vector<std::string> names;
  for (const auto& invariant : check_all(honest())) {
    EXPECT_EQ(invariant.status, Judgement::kPass) << invariant.name << ": " << invariant.actual;
    EXPECT_TRUE(invariant.examples.empty());
    names.push_back(invariant.name);
  }
  EXPECT_THAT(names, ElementsAre("quota", "fill", "once", "ids", "ranks", "readback", "count", "replay", "order"));
}

TEST(Invariants, Of_one_shard_alone_do_not_mind_what_others_were_given) {
  auto run = honest();
  run.partial = true;
  run.before->quota = run.after->quota = 100;
  run.after->issued = run.after->recorded = 50;
  run.asks[0].rank = 7;
  run.asks[1].rank = 20;
  run.asks[2].rank = 31;
  const std::set<std::string> left_to_the_merge{"fill", "count", "ranks"};
  for (const auto& invariant : check_all(run)) {
    const bool skipped = left_to_the_merge.contains(invariant.name);
    EXPECT_EQ(invariant.status, skipped ? Judgement::kSkipped : Judgement::kPass)
        << invariant.name << ": " << invariant.actual;
    if (skipped) {
      EXPECT_THAT(invariant.actual, HasSubstr("couponload merge"));
    }
  }
}

TEST(Invariants, Of_one_shard_alone_still_fail_on_what_it_sees_itself) {
  auto run = honest();
  run.partial = true;
  run.asks[1].rank = run.asks[0].rank;
  EXPECT_EQ(check_ranks(run).status, Judgement::kFail);
  run = honest();
  run.partial = true;
  run.asks[1].id = run.asks[0].id;
  EXPECT_EQ(check_ids(run).status, Judgement::kFail);
  run = honest();
  run.partial = true;
  run.after->issued = 101;
  run.before->quota = run.after->quota = 100;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Invariants, Of_one_shard_alone_cannot_tell_the_order_when_a_place_may_have_been_given_back_elsewhere) {
  auto run = honest();
  std::swap(run.asks[0].rank, run.asks[1].rank);
  run.asks[1].send_ns = run.asks[0].done_ns + kStepNs;
  run.asks[1].done_ns = run.asks[1].send_ns + kStepNs;
  ASSERT_EQ(check_order(run).status, Judgement::kFail);
  run.partial = true;
  EXPECT_EQ(check_order(run).status, Judgement::kInconclusive);
}

TEST(Invariants, Quota_fails_when_more_are_acknowledged_than_there_are_places) {
  auto run = honest();
  run.before->quota = run.after->quota = 2;
  const auto quota = check_quota(run);
  EXPECT_EQ(quota.status, Judgement::kFail);
  EXPECT_THAT(quota.examples.at(1), HasSubstr("m2 was issued id3 with rank 3 of 2"));
}

TEST(Invariants, Quota_fails_when_only_the_servers_count_is_too_high) {
  auto run = honest();
  run.after->issued = 4;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Invariants, Quota_fails_when_only_the_ledger_has_too_many_rows) {
  auto run = honest();
  run.after->recorded = 4;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Invariants, Quota_counts_what_was_issued_before_the_run) {
  auto run = honest();
  run.before->issued = 1;
  run.after->issued = 3;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail) << "three more on top of one are four of three";
}

TEST(Invariants, Quota_cannot_be_told_when_the_server_names_none) {
  auto run = honest();
  run.before->quota = run.after->quota = std::nullopt;
  EXPECT_EQ(check_quota(run).status, Judgement::kInconclusive);
}

TEST(Invariants, Fill_fails_when_somebody_is_turned_away_while_places_are_left) {
  auto run = honest();
  run.before->quota = run.after->quota = 4;
  EXPECT_EQ(check_fill(run).status, Judgement::kFail);
}

TEST(Invariants, Fill_is_inconclusive_when_requests_are_unknown) {
  auto run = honest();
  run.before->quota = run.after->quota = 4;
  run.asks[4] = ask(4, Outcome::kUnknown);
  EXPECT_EQ(check_fill(run).status, Judgement::kInconclusive);
}

TEST(Invariants, Fill_is_inconclusive_when_everybody_was_refused) {
  auto run = honest();
  for (auto& one : run.asks) one.outcome = Outcome::kRefused;
  run.after->issued = 0;
  EXPECT_EQ(check_fill(run).status, Judgement::kInconclusive);
}

TEST(Invariants, Fill_expects_no_more_than_there_are_members) {
  auto run = honest();
  run.asks.resize(3);
  run.before->quota = run.after->quota = 100;
  EXPECT_EQ(check_fill(run).status, Judgement::kPass);
}

TEST(Invariants, Fill_does_not_expect_members_who_had_the_coupon_before) {
  auto run = honest();
  run.asks.resize(3);
  run.asks[0].outcome = Outcome::kDuplicate;
  run.before = Counts{100, 1, 1};
  run.after = Counts{100, 3, 3};
  EXPECT_EQ(check_fill(run).status, Judgement::kPass);
  EXPECT_EQ(check_fill(run).expected, "2");
}

TEST(Invariants, Count_fails_when_the_server_counts_less_than_it_promised) {
  auto run = honest();
  run.after->issued = 2;
  EXPECT_EQ(check_count(run).status, Judgement::kFail);
}

TEST(Invariants, Count_fails_when_the_server_counts_more_than_can_have_been_promised) {
  auto run = honest();
  run.before->quota = run.after->quota = 10;
  run.after->issued = 4;
  EXPECT_EQ(check_count(run).status, Judgement::kFail);
}

TEST(Invariants, Count_allows_for_unknown_requests) {
  auto run = honest();
  run.asks[4] = ask(4, Outcome::kUnknown);
  run.after->issued = 4;
  const auto count = check_count(run);
  EXPECT_EQ(count.status, Judgement::kPass);
  EXPECT_EQ(count.expected, "3 to 4");
}

TEST(Invariants, Count_is_skipped_when_the_run_was_interrupted_and_inconclusive_when_it_cannot_be_read) {
  auto run = honest();
  run.after.reset();
  EXPECT_EQ(check_count(run).status, Judgement::kInconclusive);
  run.verified = false;
  EXPECT_EQ(check_count(run).status, Judgement::kSkipped);
}

TEST(Invariants, Once_fails_when_a_member_was_given_two_ids) {
  auto run = honest();
  run.asks[1].member = run.asks[0].member;
  const auto once = check_once(run);
  EXPECT_EQ(once.status, Judgement::kFail);
  EXPECT_THAT(once.examples, ElementsAre("m0 was given id1 and id2"));
  EXPECT_EQ(members_with_two(run), 1);
}

TEST(Invariants, Once_holds_when_the_same_grant_is_told_twice) {
  auto run = honest();
  run.asks[4] = run.asks[0];
  run.asks[4].outcome = Outcome::kDuplicate;
  EXPECT_EQ(check_once(run).status, Judgement::kPass);
  EXPECT_EQ(facts_of(run).granted, 3);
}

TEST(Invariants, Ids_fail_when_two_members_share_one) {
  auto run = honest();
  run.asks[1].id = run.asks[0].id;
  EXPECT_EQ(check_ids(run).status, Judgement::kFail);
}

TEST(Invariants, Ids_fail_when_a_grant_has_none) {
  auto run = honest();
  run.asks[1].id.clear();
  EXPECT_THAT(check_ids(run).examples, ElementsAre("m1 was issued a grant without an id"));
}

TEST(Invariants, Ids_and_ranks_are_skipped_when_the_profile_names_none) {
  auto run = honest();
  run.grants_have_ids = run.grants_have_ranks = false;
  EXPECT_EQ(check_ids(run).status, Judgement::kSkipped);
  EXPECT_EQ(check_once(run).status, Judgement::kSkipped);
  EXPECT_EQ(check_ranks(run).status, Judgement::kSkipped);
}

TEST(Invariants, Ranks_fail_when_one_is_given_twice) {
  auto run = honest();
  run.asks[1].rank = 1;
  EXPECT_THAT(check_ranks(run).examples, testing::Contains(HasSubstr("rank 1 was given to m0 and to m1")));
}

TEST(Invariants, Ranks_fail_when_more_are_missing_than_requests_are_unknown) {
  auto run = honest();
  run.asks[2].rank = 4;
  EXPECT_EQ(check_ranks(run).status, Judgement::kFail);
  run.asks[4] = ask(4, Outcome::kUnknown);
  EXPECT_EQ(check_ranks(run).status, Judgement::kPass);
}

TEST(Invariants, Ranks_go_on_behind_those_issued_before) {
  auto run = honest();
  run.before = Counts{13, 10, 10};
  for (auto& one : run.asks) one.rank += one.rank > 0 ? 10 : 0;
  EXPECT_EQ(check_ranks(run).status, Judgement::kPass);
}

TEST(Invariants, Readback_fails_on_another_id_a_missing_grant_and_a_missing_row) {
  for (const auto state : {Readback::State::kOtherId, Readback::State::kMissing, Readback::State::kUnrecorded}) {
    auto run = honest();
    run.readbacks[1].state = state;
    const auto readback = check_readback(run);
    EXPECT_EQ(readback.status, Judgement::kFail);
    EXPECT_EQ(readback.actual, "2 of 3");
    EXPECT_THAT(readback.examples, ElementsAre(HasSubstr("m1 was issued id2")));
  }
}

TEST(Invariants, Readback_is_inconclusive_when_a_grant_could_not_be_read) {
  auto run = honest();
  run.readbacks[1].state = Readback::State::kUnread;
  EXPECT_EQ(check_readback(run).status, Judgement::kInconclusive);
}

TEST(Invariants, Readback_lets_a_pending_grant_come_to_nothing_but_not_to_another_one) {
  auto run = honest();
  run.readbacks[1].was_pending = true;
  run.readbacks[1].state = Readback::State::kMissing;
  EXPECT_EQ(check_readback(run).status, Judgement::kPass);
  run.readbacks[1].state = Readback::State::kOtherId;
  EXPECT_EQ(check_readback(run).status, Judgement::kFail);
}

TEST(Invariants, Pending_grants_count_when_they_are_confirmed_and_may_count_when_not) {
  auto run = honest();
  run.asks[1].outcome = Outcome::kPending;
  run.readbacks[1].was_pending = true;
  EXPECT_EQ(facts_of(run).granted, 3);
  run.readbacks[1].state = Readback::State::kUnrecorded;
  EXPECT_EQ(facts_of(run).granted, 2);
  EXPECT_EQ(facts_of(run).unsettled, 1);
  EXPECT_EQ(check_count(run).status, Judgement::kPass);
}

TEST(Invariants, Replay_fails_on_another_id_and_on_sold_out) {
  auto run = honest();
  run.replays[0].found_id = "id9";
  EXPECT_EQ(check_replay(run).status, Judgement::kFail);
  run = honest();
  run.replays[0].outcome = Outcome::kSoldOut;
  EXPECT_EQ(check_replay(run).status, Judgement::kFail);
  run = honest();
  run.replays[0].answered = false;
  EXPECT_EQ(check_replay(run).status, Judgement::kInconclusive);
}

TEST(Invariants, Order_fails_when_somebody_wins_who_asked_after_a_sold_out_answer) {
  auto run = honest();
  run.asks[1] = ask(1, Outcome::kSoldOut);
  EXPECT_THAT(check_order(run).examples, ElementsAre(HasSubstr("m2 asked 0.500 ms after m1 was told sold out")));
}

TEST(Invariants, Order_fails_when_a_later_one_overtakes_an_earlier_one) {
  auto run = honest();
  std::swap(run.asks[0].rank, run.asks[2].rank);
  EXPECT_EQ(check_order(run).status, Judgement::kFail);
}

TEST(Invariants, Order_says_nothing_of_requests_that_overlap) {
  auto run = honest();
  std::swap(run.asks[0].rank, run.asks[2].rank);
  for (auto& one : run.asks) one.done_ns = 10 * kStepNs;
  EXPECT_EQ(check_order(run).status, Judgement::kPass);
}

TEST(Invariants, Examples_are_at_most_twenty) {
  Observed run;
  for (std::uint32_t seq = 0; seq < 100; ++seq) {
    run.asks.push_back(issued(seq, seq + 1));
    run.asks.back().id = "same";
  }
  EXPECT_THAT(check_ids(run).examples, SizeIs(kExamplesMax));
}

}  // namespace coupon::load::test
