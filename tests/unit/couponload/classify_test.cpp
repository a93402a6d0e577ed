#include "couponload/profile/classify.hpp"

#include <gtest/gtest.h>

namespace coupon::load::test {

namespace {

Outcome outcome_of(int status, std::string_view body, bool retry_after = false) {
  return read_answer(couponsrv_profile(), status, retry_after, body).outcome;
}

}  // namespace

TEST(Classify, A_200_with_success_is_issued_with_its_id_and_rank) {
  const auto meaning = read_answer(couponsrv_profile(), 200, false,
                                   R"({"success":true,"data":{"issueId":"X1","rank":7,"status":"ISSUED"}})");
  EXPECT_EQ(meaning.outcome, Outcome::kIssued);
  EXPECT_EQ(meaning.id, "X1");
  EXPECT_EQ(meaning.rank, 7);
}

TEST(Classify, A_200_that_is_not_what_the_profile_says_is_unknown) {
  EXPECT_EQ(outcome_of(200, "<html>welcome</html>"), Outcome::kUnknown);
  EXPECT_EQ(outcome_of(200, R"({"success":false})"), Outcome::kUnknown);
  EXPECT_EQ(outcome_of(200, R"({"success":"true"})"), Outcome::kUnknown);
  EXPECT_EQ(outcome_of(201, R"({"success":true})"), Outcome::kUnknown);
  EXPECT_EQ(outcome_of(200, ""), Outcome::kUnknown);
}

TEST(Classify, A_202_is_pending) {
  EXPECT_EQ(outcome_of(202, R"({"success":true,"data":{"issueId":"X"}})"), Outcome::kPending);
}

TEST(Classify, Refusals_go_by_their_code_not_by_their_status_alone) {
  const auto body = [](std::string_view code) {
    return R"({"success":false,"error":{"code":")" + std::string(code) + R"("}})";
  };
  EXPECT_EQ(outcome_of(409, body("COUPON-002")), Outcome::kDuplicate);
  EXPECT_EQ(outcome_of(409, body("COUPON-003")), Outcome::kSoldOut);
  EXPECT_EQ(outcome_of(409, body("COUPON-004")), Outcome::kError);
  EXPECT_EQ(outcome_of(410, body("COUPON-003")), Outcome::kError);
  EXPECT_EQ(read_answer(couponsrv_profile(), 409, false, body("COUPON-006")).code, "COUPON-006");
}

TEST(Classify, Who_is_asked_to_come_back_is_refused) {
  EXPECT_EQ(outcome_of(429, ""), Outcome::kRefused);
  EXPECT_EQ(outcome_of(503, "", true), Outcome::kRefused);
  EXPECT_EQ(outcome_of(503, "", false), Outcome::kUnknown);
}

TEST(Classify, Other_4xx_are_errors_and_5xx_and_redirects_are_unknown) {
  EXPECT_EQ(outcome_of(400, "{}"), Outcome::kError);
  EXPECT_EQ(outcome_of(404, "{}"), Outcome::kError);
  EXPECT_EQ(outcome_of(500, "{}"), Outcome::kUnknown);
  EXPECT_EQ(outcome_of(303, ""), Outcome::kUnknown);
}

TEST(Classify, The_first_rule_that_matches_decides) {
  Profile profile;
  profile.outcomes = {{Outcome::kSoldOut, {200}, {{"/left", Condition::Test::kEquals, "0"}}},
                      {Outcome::kIssued, {200}, {{"/left", Condition::Test::kExists, ""}}},
                      {Outcome::kDuplicate, {200}, {{"/again", Condition::Test::kDiffers, "false"}}}};
  EXPECT_EQ(read_answer(profile, 200, false, R"({"left":0})").outcome, Outcome::kSoldOut);
  EXPECT_EQ(read_answer(profile, 200, false, R"({"left":3})").outcome, Outcome::kIssued);
  EXPECT_EQ(read_answer(profile, 200, false, R"({"again":1})").outcome, Outcome::kDuplicate);
  EXPECT_EQ(read_answer(profile, 200, false, R"({"again":false})").outcome, Outcome::kUnknown);
}

TEST(Classify, What_was_written_and_not_answered_is_unknown_and_what_was_not_written_is_an_error) {
  Shot shot;
  for (const auto fate : {Fate::kTimeout, Fate::kCut, Fate::kMalformed, Fate::kTooLarge, Fate::kInterrupted}) {
    shot.fate = fate;
    EXPECT_EQ(read_shot(couponsrv_profile(), shot, "m1").outcome, Outcome::kUnknown) << name_of(fate);
  }
  shot.fate = Fate::kNotWritten;
  EXPECT_EQ(read_shot(couponsrv_profile(), shot, "m1").outcome, Outcome::kError);
}

TEST(Classify, A_hostile_body_does_no_harm) {
  EXPECT_EQ(outcome_of(200, std::string(60'000, '[')), Outcome::kUnknown);
  EXPECT_EQ(outcome_of(200, R"({"success":true,"data":[1,2]})"), Outcome::kIssued);
  EXPECT_EQ(read_answer(couponsrv_profile(), 200, false, R"({"success":true,"data":{"rank":1e9}})").rank, 0);
  EXPECT_EQ(read_answer(couponsrv_profile(), 200, false, R"({"success":true,"data":{"issueId":12}})").id, "12");
}

TEST(Classify, A_rule_without_status_goes_by_its_conditions_and_the_rule_that_decided_is_told) {
  Profile profile;
  profile.outcomes = {{Outcome::kSoldOut, {}, {{"/left", Condition::Test::kEquals, "0"}}},
                      {Outcome::kIssued, {200}, {}}};
  EXPECT_EQ(read_answer(profile, 418, false, R"({"left":0})").rule, 0);
  EXPECT_EQ(read_answer(profile, 200, false, "").rule, 1);
  EXPECT_EQ(read_answer(profile, 404, false, "").rule, -1);
}

TEST(Classify, Values_are_compared_as_json_not_as_text) {
  Profile profile;
  profile.outcomes = {{Outcome::kIssued, {200}, {{"/v", Condition::Test::kEquals, R"({"a":1,"b":[null]})"}}}};
  EXPECT_EQ(read_answer(profile, 200, false, R"({"v": {"b": [null], "a": 1}})").outcome, Outcome::kIssued);
  EXPECT_EQ(read_answer(profile, 200, false, R"({"v": {"b": [null], "a": "1"}})").outcome, Outcome::kUnknown);
}

TEST(Classify, Indices_and_numbers_beyond_all_bounds_are_not_there) {
  Profile profile;
  profile.grant = {.id = "/list/99999999999999999999999", .rank = "/rank"};
  const auto meaning = read_answer(profile, 200, false, R"({"list":[1],"rank":18446744073709551615})");
  EXPECT_EQ(meaning.id, "");
  EXPECT_EQ(meaning.rank, 0);
}

TEST(Classifier, Does_not_parse_an_answer_that_it_remembers) {
  Classifier classifier(couponsrv_profile());
  const std::string sold_out = R"({"success":false,"error":{"code":"COUPON-003"}})";
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(classifier.read(409, false, sold_out).outcome, Outcome::kSoldOut);
  EXPECT_EQ(classifier.parsed(), 1U);
  EXPECT_EQ(classifier.read(410, false, sold_out).outcome, Outcome::kError) << "the status counts too";
  EXPECT_EQ(classifier.read(503, true, sold_out).outcome, Outcome::kRefused);
  EXPECT_EQ(classifier.read(503, false, sold_out).outcome, Outcome::kUnknown);
  EXPECT_EQ(classifier.parsed(), 4U);
}

TEST(Classifier, Reads_many_different_answers_like_a_new_one_would) {
  Classifier classifier(couponsrv_profile());
  for (int i = 0; i < 2'000; ++i) {
    const auto body = R"({"success":true,"data":{"issueId":"id)" + std::to_string(i % 300) + R"(","rank":)" +
                      std::to_string(1 + i % 300) + "}}";
    const auto& meaning = classifier.read(200, false, body);
    EXPECT_EQ(meaning.id, "id" + std::to_string(i % 300));
    EXPECT_EQ(meaning.rank, 1 + i % 300);
  }
  const std::string huge = R"({"success":true,"data":{"issueId":"x"},"pad":")" + std::string(5'000, 'p') + "\"}";
  EXPECT_EQ(classifier.read(200, false, huge).id, "x");
  EXPECT_EQ(classifier.read(200, false, huge).outcome, Outcome::kIssued);
}

}  // namespace coupon::load::test
