// What must not be called a lie, because an honest server may have done it; and how much of it is too much.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builders.hpp"
#include "couponload/verify/invariant.hpp"
#include "couponload/verify/invariant_facts.hpp"

namespace coupon::load::test {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Evidence pending(std::uint32_t seq, const std::string& id) {
  auto evidence = ask(seq, Outcome::kPending);
  evidence.id = id;
  return evidence;
}

Readback unconfirmed(const Evidence& ask) {
  return {.member = ask.member,
          .expected_id = ask.id,
          .found_id = {},
          .state = Readback::State::kMissing,
          .was_pending = true};
}

// A service that answers who has a grant with the same 200 again; everybody here had theirs before the run.
Observed told_again() {
  auto run = honest();
  run.before = run.after = Counts{3, 3, 3};
  for (auto& replay : run.replays) replay.outcome = Outcome::kIssued;
  return run;
}

Judgement status_of(const Observed& run, std::string_view name) {
  for (const auto& invariant : check_all(run)) {
    if (invariant.name == name) return invariant.status;
  }
  return Judgement::kSkipped;
}

}  // namespace

TEST(Doubt, Of_a_service_that_tells_an_old_grant_again_is_no_over_issue) {
  for (const auto& invariant : check_all(told_again())) {
    EXPECT_NE(invariant.status, Judgement::kFail) << invariant.name << ": " << invariant.actual;
  }
}

TEST(Doubt, Ends_where_more_members_hold_grants_than_there_are_places) {
  auto run = told_again();
  run.asks[3] = issued(3, 4);
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Doubt, Ends_where_holders_from_before_and_new_winners_are_too_many_together) {
  auto run = honest();
  run.counts_can_be_read = false;
  run.before = Counts{3, std::nullopt, std::nullopt};
  run.after.reset();
  run.asks[4].outcome = Outcome::kDuplicate;
  EXPECT_EQ(check_quota(run).status, Judgement::kPass) << "without an id nobody says what a duplicate is of";
  run.asks[4].id = "id-of-before";
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Doubt, About_a_member_who_was_also_refused_makes_no_holder_of_it) {
  auto run = honest();
  run.asks[3] = ask(3, Outcome::kDuplicate);
  run.asks[3].id = "id-held-for-a-while";
  auto refused = ask(3, Outcome::kRefused);
  run.asks.push_back(refused);
  EXPECT_EQ(facts_of(run).holders, 3);
  run.asks.pop_back();
  EXPECT_EQ(facts_of(run).holders, 4);
  run.left_out = LeftOut{.counts = {}, .members = 5, .prior_members = 0, .prior_holders = 0};
  EXPECT_EQ(facts_of(run).holders, 3) << "the refusal was not kept, and is known in sum";
  EXPECT_EQ(check_quota(run).status, Judgement::kPass);
}

TEST(Doubt, Of_200s_without_ids_counts_a_member_once) {
  auto run = honest();
  run.grants_have_ids = false;
  for (auto& one : run.asks) one.id.clear();
  run.asks[4] = run.asks[0];
  EXPECT_EQ(facts_of(run).granted, 3);
  EXPECT_EQ(facts_of(run).retold, 1);
  EXPECT_EQ(check_quota(run).status, Judgement::kPass);
  EXPECT_THAT(check_once(run).actual, HasSubstr("whether 1 repeated answers are the same grant is not known"));
}

TEST(Doubt, About_a_quota_that_was_changed_is_inconclusive_up_to_the_larger_one) {
  auto run = honest();
  run.before->quota = 2;
  EXPECT_EQ(check_quota(run).status, Judgement::kInconclusive);
  run.after->issued = 4;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Doubt, About_pending_grants_that_nobody_read_back_widens_the_count) {
  auto run = honest();
  run.grants_can_be_read = false;
  run.readbacks.clear();
  run.asks[2] = pending(2, "id3");
  EXPECT_EQ(check_count(run).status, Judgement::kPass);
  run.after->issued = 2;
  EXPECT_EQ(check_count(run).status, Judgement::kPass);
  run.after->issued = 1;
  EXPECT_EQ(check_count(run).status, Judgement::kFail);
}

TEST(Doubt, About_a_lost_answer_does_not_excuse_a_second_grant_for_who_has_one) {
  auto run = honest();
  run.before->quota = run.after->quota = 10;
  run.after->issued = 4;
  run.asks[4] = ask(4, Outcome::kUnknown);
  EXPECT_EQ(check_count(run).status, Judgement::kPass);
  run.asks[4].member = run.asks[0].member;
  EXPECT_EQ(check_count(run).status, Judgement::kFail);
}

TEST(Doubt, About_places_that_are_left_goes_as_far_as_requests_may_have_held_them) {
  auto run = honest();
  run.before->quota = run.after->quota = 4;
  run.asks[4] = ask(4, Outcome::kUnknown);
  EXPECT_EQ(check_fill(run).status, Judgement::kInconclusive);
  EXPECT_THAT(check_fill(run).examples, ElementsAre(HasSubstr("1 of 4 places are left")));
  run.after->issued = 2;
  EXPECT_EQ(check_fill(run).status, Judgement::kFail);
}

TEST(Doubt, Has_no_place_in_fill_when_too_many_were_issued) {
  auto run = honest();
  run.after->issued = 4;
  EXPECT_EQ(check_fill(run).status, Judgement::kPass) << "that is for the quota to say";
}

TEST(Doubt, About_an_unconfirmed_pending_grant_makes_a_second_id_inconclusive) {
  auto run = honest();
  run.asks[4] = pending(0, "id9");
  run.readbacks.push_back(unconfirmed(run.asks[4]));
  EXPECT_EQ(check_once(run).status, Judgement::kInconclusive);
  run.readbacks.back().state = Readback::State::kConfirmed;
  run.readbacks.back().found_id = "id9";
  EXPECT_EQ(check_once(run).status, Judgement::kFail);
}

TEST(Doubt, About_an_unconfirmed_pending_grant_makes_a_shared_id_or_rank_inconclusive) {
  auto run = honest();
  run.asks[4] = pending(4, "id1");
  run.asks[4].rank = 1;
  run.readbacks.push_back(unconfirmed(run.asks[4]));
  EXPECT_EQ(check_ids(run).status, Judgement::kInconclusive);
  EXPECT_EQ(check_ranks(run).status, Judgement::kInconclusive);
  run.asks[4].outcome = Outcome::kIssued;
  EXPECT_EQ(check_ids(run).status, Judgement::kFail);
  EXPECT_EQ(check_ranks(run).status, Judgement::kFail);
}

// The first request takes a place, the second is told so, the first fails and gives it back: somebody else gets it.
TEST(Doubt, About_a_place_that_a_refusal_names_begins_with_a_lost_answer_of_its_member) {
  auto run = honest();
  run.asks[4] = ask(4, Outcome::kDuplicate);
  run.asks[4].id = "id2";
  run.asks[4].rank = 2;
  for (const auto* name : {"ids", "ranks"}) EXPECT_EQ(status_of(run, name), Judgement::kFail) << name;
  run.asks[3] = ask(3, Outcome::kUnknown);
  EXPECT_EQ(check_ids(run).status, Judgement::kFail) << "of another member";
  run.asks[3].member = run.asks[4].member;
  for (const auto* name : {"ids", "ranks"}) EXPECT_EQ(status_of(run, name), Judgement::kInconclusive) << name;
  run.asks[3] = ask(3, Outcome::kRefused);
  EXPECT_EQ(check_ids(run).status, Judgement::kInconclusive) << "whose it was may not have been kept";
  run.asks[0].id = "id2";
  EXPECT_EQ(check_ids(run).status, Judgement::kFail) << "two 200s leave no doubt";
}

TEST(Doubt, About_a_second_grant_that_only_a_refusal_names_begins_with_a_lost_answer_of_its_member) {
  auto run = honest();
  run.asks[4] = ask(0, Outcome::kDuplicate);
  run.asks[4].id = "id9";
  EXPECT_EQ(check_once(run).status, Judgement::kFail);
  run.asks.push_back(ask(0, Outcome::kUnknown));
  EXPECT_EQ(check_once(run).status, Judgement::kInconclusive);
}

TEST(Doubt, About_missing_ranks_goes_as_far_as_requests_may_have_taken_them) {
  auto run = honest();
  run.asks[2].rank = 4;
  run.asks[4] = ask(4, Outcome::kRefused);
  EXPECT_EQ(check_ranks(run).status, Judgement::kPass);
  run.asks[2].rank = 5;
  EXPECT_EQ(check_ranks(run).status, Judgement::kFail);
}

TEST(Doubt, About_a_profile_whose_pointers_never_match_is_inconclusive) {
  auto run = honest();
  for (auto& one : run.asks) {
    one.id.clear();
    one.rank = 0;
  }
  EXPECT_THAT(check_ids(run).actual, HasSubstr("no grant has an id where the profile says"));
  EXPECT_EQ(check_ids(run).status, Judgement::kInconclusive);
  EXPECT_EQ(check_ranks(run).status, Judgement::kInconclusive);
}

TEST(Doubt, About_where_the_line_begins_without_a_count_leaves_the_ranks_between_to_be_judged) {
  auto run = honest();
  run.counts_can_be_read = false;
  run.before = Counts{100, std::nullopt, std::nullopt};
  run.after.reset();
  for (auto& one : run.asks) one.rank += one.rank > 0 ? 10 : 0;
  EXPECT_EQ(check_ranks(run).status, Judgement::kPass);
  run.asks[2].rank = 15;
  EXPECT_THAT(check_ranks(run).examples,
              ElementsAre(HasSubstr("ranks 13 to 14 were given to nobody (12 to m1, 15 to")));
}

TEST(Doubt, About_an_interrupted_reading_accuses_nobody) {
  for (const auto state : {Readback::State::kMissing, Readback::State::kUnrecorded}) {
    auto run = honest();
    run.readbacks[1].state = state;
    run.verified = false;
    EXPECT_EQ(check_readback(run).status, Judgement::kInconclusive);
  }
  auto run = honest();
  run.readbacks[1].state = Readback::State::kOtherId;
  run.verified = false;
  EXPECT_EQ(check_readback(run).status, Judgement::kFail) << "another id does not become the right one later";
}

TEST(Doubt, About_a_pending_grant_ends_when_its_member_got_another_one_by_asking_again) {
  auto run = honest();
  run.asks[4] = pending(0, "id9");
  run.readbacks.push_back(unconfirmed(run.asks[4]));
  run.readbacks.back().state = Readback::State::kOtherId;
  run.readbacks.back().found_id = "id1";
  EXPECT_EQ(check_readback(run).status, Judgement::kPass);
}

TEST(Doubt, About_a_pending_grant_that_was_replaced_goes_as_far_as_requests_were_refused) {
  auto run = honest();
  for (auto& read : {0U, 1U}) {
    run.asks[read].outcome = Outcome::kPending;
    run.readbacks[read].was_pending = true;
    run.readbacks[read].state = Readback::State::kOtherId;
  }
  run.left_out.emplace();
  run.left_out->counts.at(static_cast<std::size_t>(Outcome::kRefused)) = 2;
  EXPECT_EQ(check_readback(run).status, Judgement::kInconclusive);
  run.left_out->counts.at(static_cast<std::size_t>(Outcome::kRefused)) = 1;
  EXPECT_EQ(check_readback(run).status, Judgement::kFail);
}

TEST(Doubt, About_which_grant_a_refusal_means_is_no_accusation) {
  auto run = honest();
  for (auto& replay : run.replays) replay.found_id.clear();
  EXPECT_EQ(check_replay(run).status, Judgement::kPass);
}

TEST(Doubt, About_a_coupon_that_was_closed_meanwhile_is_inconclusive) {
  auto run = honest();
  for (auto& replay : run.replays) replay.outcome = Outcome::kError;
  EXPECT_EQ(check_replay(run).status, Judgement::kInconclusive);
}

TEST(Doubt, About_winners_who_are_issued_again_without_ids_skips_the_replay) {
  auto run = honest();
  for (auto& replay : run.replays) {
    replay.outcome = Outcome::kIssued;
    replay.expected_id = replay.found_id = {};
  }
  EXPECT_EQ(check_replay(run).status, Judgement::kSkipped);
}

TEST(Doubt, About_order_does_not_arise_when_a_winner_is_told_its_grant_again) {
  auto run = honest();
  auto again = run.asks[0];
  again.send_ns = 5 * kStepNs;
  again.done_ns = 6 * kStepNs;
  run.asks.push_back(again);
  EXPECT_EQ(check_order(run).status, Judgement::kPass) << "told after m3 was told sold out, but issued before";
}

TEST(Doubt, About_order_does_not_arise_when_the_first_attempt_may_have_been_granted) {
  auto run = honest();
  auto first = ask(0, Outcome::kUnknown);
  first.member = "late";
  auto second = issued(5, 4);
  second.member = "late";
  run.before->quota = run.after->quota = 4;
  run.after->issued = 4;
  run.asks.push_back(first);
  run.asks.push_back(second);
  EXPECT_EQ(check_order(run).status, Judgement::kPass);
}

TEST(Doubt, About_order_goes_as_far_as_places_may_have_been_given_back) {
  auto run = honest();
  run.asks[1] = ask(1, Outcome::kSoldOut);
  run.asks.push_back(ask(5, Outcome::kUnknown));
  EXPECT_EQ(check_order(run).status, Judgement::kInconclusive);
  run.asks[3] = issued(3, 4);
  EXPECT_EQ(check_order(run).status, Judgement::kFail) << "one request cannot have held two places";
}

TEST(Doubt, About_order_counts_a_winner_once_who_is_late_and_before_its_turn) {
  auto run = honest();
  run.asks[1] = ask(1, Outcome::kSoldOut);
  std::swap(run.asks[0].rank, run.asks[2].rank);
  EXPECT_EQ(check_order(run).status, Judgement::kFail);
  run.asks.push_back(ask(5, Outcome::kUnknown));
  EXPECT_EQ(check_order(run).status, Judgement::kInconclusive) << "it was given the place that one request gave back";
}

TEST(Doubt, About_order_is_inconclusive_where_a_refused_request_may_have_been_granted) {
  auto run = honest();
  auto first = ask(0, Outcome::kRefused);
  first.member = "late";
  auto second = issued(5, 1);
  second.member = "late";
  std::swap(run.asks[0].rank, second.rank);
  run.asks.push_back(first);
  run.asks.push_back(second);
  EXPECT_EQ(check_order(run).status, Judgement::kInconclusive);
  run.asks.erase(run.asks.end() - 2);
  EXPECT_EQ(check_order(run).status, Judgement::kFail);
}

TEST(Doubt, About_order_does_not_arise_within_one_tick_of_the_clock) {
  auto run = honest();
  run.asks[1] = ask(1, Outcome::kSoldOut);
  run.asks[1].done_ns = run.asks[2].send_ns;
  EXPECT_EQ(check_order(run).status, Judgement::kPass);
}

TEST(Doubt, Of_one_shard_about_what_others_were_told_is_left_to_the_merge) {
  auto lies = honest();
  lies.before->quota = lies.after->quota = 20;
  lies.asks[2].rank = 9;
  for (auto run : {honest(), lies}) {
    run.partial = true;
    for (const auto* name : {"fill", "count", "ranks"}) EXPECT_EQ(status_of(run, name), Judgement::kSkipped) << name;
    EXPECT_THAT(check_fill(run).actual, HasSubstr("couponload merge"));
    EXPECT_EQ(status_of(run, "order"), Judgement::kPass);
    for (const auto* name : {"once", "ids", "readback", "replay"}) {
      EXPECT_EQ(status_of(run, name), Judgement::kPass) << name;
    }
  }
}

TEST(Doubt, Of_one_shard_ends_where_it_alone_shows_too_many) {
  auto run = honest();
  run.partial = true;
  run.before->issued = 2;
  EXPECT_EQ(check_quota(run).status, Judgement::kPass) << "two of another shard's, which may have been given back";
  run.after->issued = 4;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
  run = honest();
  run.partial = true;
  run.before->quota = run.after->quota = 2;
  EXPECT_EQ(check_quota(run).status, Judgement::kFail);
}

TEST(Doubt, Of_one_shard_about_the_order_goes_as_far_as_the_other_shards) {
  auto run = honest();
  run.partial = true;
  run.asks[1] = ask(1, Outcome::kSoldOut);
  EXPECT_EQ(check_order(run).status, Judgement::kInconclusive);
  EXPECT_THAT(check_order(run).actual, HasSubstr("couponload merge"));
}

TEST(Doubt, Is_skipped_with_a_reason_where_the_profile_gives_nothing_to_check) {
  auto run = honest();
  run.counts_can_be_read = run.grants_can_be_read = false;
  run.readbacks.clear();
  run.before = Counts{2, std::nullopt, std::nullopt};
  run.after.reset();
  EXPECT_EQ(status_of(run, "quota"), Judgement::kFail) << "three 200s are enough to prove it";
  for (const auto* name : {"fill", "count", "readback"}) EXPECT_EQ(status_of(run, name), Judgement::kSkipped) << name;
  EXPECT_THAT(check_count(run).actual, HasSubstr("the profile names no count"));
  EXPECT_THAT(check_readback(run).actual, HasSubstr("the profile names no way to read a grant back"));
  run.before.reset();
  EXPECT_THAT(check_quota(run).actual, HasSubstr("the profile names no quota"));
}

}  // namespace coupon::load::test
