#include "gate/redis_values.hpp"

#include <gtest/gtest.h>
#include <string>

namespace coupon::gate {

namespace {

constexpr std::int64_t kNowMs = 1'767'225'600'000;
const std::string kGrant = "01M7YTTYFM5E78K65X8MYBZ2WE 3 1767225600000 ff";

Ask ask() { return {MemberId::parse("m1").value(), GrantId::parse("01M7YTTYFM5E78K65X8MYBZ2WF").value(), 7}; }

bool is_corrupt(const base::Result<Decision>& decision) {
  return !decision && decision.error().code == base::Errc::kCorrupt && !decision.error().message.empty();
}

}  // namespace

TEST(RedisValues, New_grant_has_the_candidate_and_the_rank_of_the_reply) {
  const auto decision = decision_of(ask(), "n 8", kNowMs).value();
  EXPECT_EQ(decision.outcome, Outcome::kGranted);
  EXPECT_EQ(decision.held->grant.id, ask().candidate);
  EXPECT_EQ(decision.held->grant.rank, 8);
  EXPECT_TRUE(decision.held->pending);
}

TEST(RedisValues, Held_grant_is_pending_or_confirmed_as_the_reply_says) {
  EXPECT_TRUE(decision_of(ask(), "p " + kGrant, kNowMs).value().held->pending);
  const auto confirmed = decision_of(ask(), "c " + kGrant, kNowMs).value();
  EXPECT_EQ(confirmed.outcome, Outcome::kAlready);
  EXPECT_FALSE(confirmed.held->pending);
  EXPECT_EQ(confirmed.held->grant.rank, 3);
}

TEST(RedisValues, Answer_that_the_script_never_gives_is_no_grant) {
  for (const std::string& text :
       {std::string("n 8x"), std::string("n 0"), std::string("n -1"), std::string("n "), std::string("n"),
        std::string("n 9223372036854775808"), "x " + kGrant, "c" + kGrant, std::string("sold out"), std::string()}) {
    EXPECT_TRUE(is_corrupt(decision_of(ask(), text, kNowMs))) << text;
  }
}

TEST(RedisValues, Grant_with_a_rank_or_an_instant_below_zero_is_corrupt) {
  const std::string id = "01M7YTTYFM5E78K65X8MYBZ2WE";
  for (const auto* rest : {" -3 1767225600000 ff", " 3 -1 ff", " 3 1 ff x", " 3 1", ""}) {
    EXPECT_FALSE(grant_of(ask().member, id + rest)) << rest;
  }
  EXPECT_TRUE(grant_of(ask().member, kGrant));
  EXPECT_TRUE(grant_of(ask().member, id + " 0 1767225600000 0")) << "of a dead letter that names no rank";
}

}  // namespace coupon::gate
