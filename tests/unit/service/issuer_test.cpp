#include "service/issuer.hpp"

#include <gtest/gtest.h>

#include "unit/service/fakes.hpp"

namespace coupon::test {

using base::Errc;
using service::IssueAnswer;
using service::Issuer;
using service::IssuerConfig;

class IssuerTest : public testing::Test {
 protected:
  using Answer = std::optional<base::Result<IssueAnswer>>;

  std::shared_ptr<Answer> ask(const std::string& member, const CouponCode& code) {
    auto answer = std::make_shared<Answer>();
    issuer.issue(code, *MemberId::parse(member), 0,
                 [answer](base::Result<IssueAnswer> result) { *answer = std::move(result); });
    return answer;
  }
  std::shared_ptr<Answer> ask(const std::string& member) { return ask(member, flash); }

  CouponCode flash = *CouponCode::parse("FLASH100");
  CouponCode spring = *CouponCode::parse("SPRING");
  FakeClock clock;
  ManualLoop loop{clock};
  ScriptedGate gate;
  ScriptedJournal journal;
  base::Metrics metrics;
  IssuerConfig config{.merge_max = 4, .waiting_max = 10, .deadline_ms = 1'000, .retry_ms = 50};
  Issuer issuer{gate, journal, loop, clock, config, metrics};
};

TEST_F(IssuerTest, asks_of_one_round_leave_in_one_call) {
  const auto a = ask("a");
  const auto b = ask("b");
  EXPECT_TRUE(gate.issues.empty());
  loop.run();
  ASSERT_EQ(gate.issues.size(), 1U);
  ASSERT_EQ(gate.issues[0].asks.size(), 2U);
  EXPECT_EQ(gate.issues[0].asks[1].member.text(), "b");
  gate.answer_issue(Outcome::kSoldOut);
  EXPECT_EQ((*a)->value().outcome, Outcome::kSoldOut);
  EXPECT_EQ((*b)->value().outcome, Outcome::kSoldOut);
}

TEST_F(IssuerTest, asks_that_arrive_during_a_call_gather_and_leave_after_the_reply) {
  const auto a = ask("a");
  loop.run();
  const auto b = ask("b");
  const auto c = ask("c");
  loop.run();
  EXPECT_EQ(gate.issues.size(), 1U);
  gate.answer_issue(Outcome::kSoldOut);
  loop.run();
  ASSERT_EQ(gate.issues.size(), 1U);
  EXPECT_EQ(gate.issues[0].asks.size(), 2U);
  EXPECT_TRUE(a->has_value());
  EXPECT_FALSE(b->has_value());
  gate.answer_issue(Outcome::kSoldOut);
  EXPECT_TRUE(b->has_value() && c->has_value());
}

TEST_F(IssuerTest, what_the_loop_reads_in_its_next_round_leaves_in_the_same_call) {
  ask("a");
  loop.run();
  ask("b");
  gate.answer_issue(Outcome::kSoldOut);
  loop.post([this] { ask("c"); });  // a socket that was readable when the reply came
  loop.run();
  ASSERT_EQ(gate.issues.size(), 1U);
  EXPECT_EQ(gate.issues[0].asks.size(), 2U);
}

TEST_F(IssuerTest, a_call_has_at_most_merge_max_asks) {
  for (int i = 0; i < 6; ++i) ask("m" + std::to_string(i));
  loop.run();
  EXPECT_EQ(gate.issues[0].asks.size(), 4U);
  gate.answer_issue(Outcome::kSoldOut);
  loop.run();
  EXPECT_EQ(gate.issues[0].asks.size(), 2U);
}

TEST_F(IssuerTest, coupons_do_not_wait_for_each_other) {
  ask("a", flash);
  ask("a", spring);
  loop.run();
  EXPECT_EQ(gate.issues.size(), 2U);
}

TEST_F(IssuerTest, more_asks_than_waiting_max_are_refused_as_busy_at_once) {
  for (int i = 0; i < 10; ++i) ask("m" + std::to_string(i));
  const auto refused = ask("late");
  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ((*refused)->error().code, Errc::kBusy);
  loop.run();
  gate.answer_issue(Outcome::kSoldOut);
  EXPECT_FALSE(ask("again")->has_value());
}

TEST_F(IssuerTest, a_confirmed_grant_is_answered_without_the_journal) {
  const auto a = ask("a");
  loop.run();
  gate.answer_issue(Outcome::kGranted, /*pending=*/false);
  EXPECT_EQ((*a)->value().grant->rank, 1);
  EXPECT_FALSE((*a)->value().pending);
  EXPECT_TRUE(journal.appends.empty());
}

TEST_F(IssuerTest, a_pending_grant_is_answered_only_after_acknowledgement_and_confirm) {
  const auto a = ask("a");
  loop.run();
  gate.answer_issue(Outcome::kGranted, /*pending=*/true);
  EXPECT_FALSE(a->has_value());
  ASSERT_EQ(journal.appends.size(), 1U);
  EXPECT_EQ(journal.appends[0].records[0].key, "a");
  journal.acknowledge({true});
  EXPECT_FALSE(a->has_value());
  ASSERT_EQ(gate.confirms.size(), 1U);
  EXPECT_EQ(gate.confirms[0].epoch, 7U);
  gate.answer_confirm({true});
  EXPECT_FALSE((*a)->value().pending);
  EXPECT_EQ((*a)->value().outcome, Outcome::kGranted);
}

TEST_F(IssuerTest, a_grant_that_is_not_acknowledged_is_answered_as_pending) {
  const auto a = ask("a");
  const auto b = ask("b");
  loop.run();
  gate.answer_issue(Outcome::kGranted, true);
  journal.acknowledge({true, false});
  ASSERT_EQ(gate.confirms[0].refs.size(), 1U);
  gate.answer_confirm({true});
  EXPECT_FALSE((*a)->value().pending);
  EXPECT_TRUE((*b)->value().pending);
}

TEST_F(IssuerTest, a_journal_that_fails_leaves_the_grants_pending_and_confirms_nothing) {
  const auto a = ask("a");
  loop.run();
  gate.answer_issue(Outcome::kGranted, true);
  journal.fail({Errc::kBusy, "queue full", true});
  EXPECT_TRUE((*a)->value().pending);
  EXPECT_TRUE(gate.confirms.empty());
}

TEST_F(IssuerTest, a_grant_that_is_not_confirmed_is_answered_as_pending) {
  const auto a = ask("a");
  const auto b = ask("b");
  loop.run();
  gate.answer_issue(Outcome::kGranted, true);
  journal.acknowledge({true, true});
  gate.answer_confirm({false, true});
  EXPECT_TRUE((*a)->value().pending);
  EXPECT_FALSE((*b)->value().pending);
}

TEST_F(IssuerTest, the_deadline_answers_pending_while_the_journal_is_silent_and_publishing_goes_on) {
  const auto a = ask("a");
  loop.run();
  gate.answer_issue(Outcome::kGranted, true);
  loop.advance(1'200);
  ASSERT_TRUE(a->has_value());
  EXPECT_TRUE((*a)->value().pending);
  journal.acknowledge({true});
  ASSERT_EQ(gate.confirms.size(), 1U);
  gate.answer_confirm({true});
}

TEST_F(IssuerTest, the_deadline_answers_unknown_while_the_gate_is_silent) {
  const auto a = ask("a");
  loop.run();
  loop.advance(1'200);
  ASSERT_TRUE(a->has_value());
  EXPECT_EQ((*a)->error().code, Errc::kTimeout);
  EXPECT_TRUE((*a)->error().retryable);
  gate.answer_issue(Outcome::kGranted, true);
  EXPECT_EQ(journal.appends.size(), 1U);
}

TEST_F(IssuerTest, a_lost_reply_is_asked_again_with_the_same_candidates) {
  const auto a = ask("a");
  loop.run();
  const auto candidate = gate.issues[0].asks[0].candidate;
  gate.fail_issue({Errc::kUnavailable, "connection lost", true});
  EXPECT_FALSE(a->has_value());
  loop.advance(60);
  ASSERT_EQ(gate.issues.size(), 1U);
  EXPECT_EQ(gate.issues[0].asks[0].candidate, candidate);
  gate.answer_issue(Outcome::kGranted);
  EXPECT_EQ((*a)->value().grant->id, candidate);
}

TEST_F(IssuerTest, a_permanent_error_or_a_busy_gate_is_answered_at_once) {
  for (const auto& error : {base::Error{Errc::kCorrupt, "corrupt", false}, base::Error{Errc::kBusy, "full", true}}) {
    const auto a = ask("a");
    loop.run();
    gate.fail_issue(error);
    ASSERT_TRUE(a->has_value());
    EXPECT_EQ((*a)->error().code, error.code);
  }
}

TEST_F(IssuerTest, retries_end_before_the_deadline) {
  const auto a = ask("a");
  loop.run();
  for (int i = 0; i < 100 && !a->has_value(); ++i) {
    if (!gate.issues.empty()) gate.fail_issue({Errc::kUnavailable, "down", true});
    loop.advance(60);
  }
  ASSERT_TRUE(a->has_value());
  EXPECT_EQ((*a)->error().code, Errc::kUnavailable);
  EXPECT_FALSE(ask("b")->has_value());
  loop.run();
  EXPECT_EQ(gate.issues.size(), 1U);
}

TEST_F(IssuerTest, candidates_are_never_used_twice) {
  ask("a");
  ask("a");
  loop.run();
  EXPECT_NE(gate.issues[0].asks[0].candidate, gate.issues[0].asks[1].candidate);
}

}  // namespace coupon::test
