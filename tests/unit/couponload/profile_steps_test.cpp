#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "couponload/profile/steps.hpp"
#include "scripted_server.hpp"
#include "support/lying_server.hpp"

namespace coupon::load::test {

using base::Errc;
using net::http::Response;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Step step(std::string method, std::string path, std::string body = {}, std::vector<int> expect = {},
          std::vector<Capture> capture = {}) {
  return {.shape = {.method = std::move(method), .path = std::move(path), .body = std::move(body)},
          .expect = std::move(expect),
          .capture = std::move(capture)};
}

StepsPlan plan_for(const std::string& url) { return {.url = net::http::parse_url(url).value()}; }

Response created(std::string body) { return {.status = 201, .body = std::move(body)}; }

Profile with_setup(std::vector<Step> steps) { return {.name = "p", .setup = std::move(steps)}; }
Profile with_teardown(std::vector<Step> steps) { return {.name = "p", .teardown = std::move(steps)}; }

}  // namespace

TEST(Setup, Runs_its_steps_in_order_and_hands_on_what_it_captures) {
  const ScriptedServer server(
      answers({{"POST /coupons/init", {}}, {"POST /coupons", created(R"({"result":{"id":"0197-ab/c","n":7}})")}}));
  const auto profile =
      with_setup({step("POST", "/coupons", R"({"q":{var:quota}})", {201}, {{"code", "/result/id"}, {"n", "/result/n"}}),
                  step("POST", "/coupons/init/{code}", R"({"c":"{code}","n":{n}})")});
  Variables values{{"var:quota", "50"}, {"code", "before"}};
  const auto done = run_setup(profile, plan_for(server.url()), values);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(values.at("code"), "0197-ab/c");
  EXPECT_THAT(server.lines(), ElementsAre("POST /coupons", "POST /coupons/init/0197-ab%2Fc"));
  EXPECT_EQ(server.seen()[0].body, R"({"q":50})");
  EXPECT_EQ(server.seen()[1].body, R"({"c":"0197-ab/c","n":7})");
}

TEST(Setup, Sends_the_headers_of_the_profile_and_those_of_the_command_line_before_them) {
  const ScriptedServer server(answers({{"POST", {}}}));
  auto profile = with_setup({step("POST", "/a"), step("POST", "/b")});
  for (auto& one : profile.setup) one.shape.headers = {{"Authorization", "Bearer {env:T}"}};
  Variables values{{"env:T", "secret"}};
  EXPECT_TRUE(run_setup(profile, plan_for(server.url()), values));
  EXPECT_EQ(server.seen().at(1).authorization, "Bearer secret");
  auto plan = plan_for(server.url());
  plan.headers = {{"authorization", "Basic x"}};
  EXPECT_TRUE(run_setup(profile, plan, values));
  EXPECT_EQ(server.seen().at(2).authorization, "Basic x");
}

TEST(Setup, Ends_at_the_first_answer_that_is_not_expected_and_says_which) {
  const ScriptedServer server(answers({{"POST /a", {}}, {"POST /b", {.status = 200, .body = "line\nbroken"}}}));
  Variables values;
  const auto done = run_setup(with_setup({step("POST", "/a"), step("POST", "/b", "", {201, 204}), step("POST", "/c")}),
                              plan_for(server.url()), values);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kConflict);
  EXPECT_EQ(done.error().message, "set-up step 2, POST /b: answered 200, expected 201 or 204: line broken");
  EXPECT_THAT(server.lines(), ElementsAre("POST /a", "POST /b"));
}

TEST(Setup, Without_expectation_takes_any_2xx_and_nothing_else) {
  const ScriptedServer server(answers({{"POST /a", {.status = 204}}, {"POST /b", {.status = 302}}}));
  Variables values;
  EXPECT_TRUE(run_setup(with_setup({step("POST", "/a")}), plan_for(server.url()), values));
  const auto wrong = run_setup(with_setup({step("POST", "/b")}), plan_for(server.url()), values);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("answered 302, expected any 2xx"));
}

TEST(Setup, Shows_only_the_first_bytes_of_a_long_answer) {
  const ScriptedServer server(answers({{"POST", {.status = 500, .body = std::string(5'000, 'x')}}}));
  Variables values;
  EXPECT_LT(run_setup(with_setup({step("POST", "/a")}), plan_for(server.url()), values).error().message.size(), 400U);
}

TEST(Setup, Misses_a_value_that_the_answer_does_not_have) {
  const ScriptedServer server(
      answers({{"POST /text", created("hello")}, {"POST", created(R"({"result":{"id":null}})")}}));
  for (const auto* path : {"/json", "/text"}) {
    Variables values;
    const auto done = run_setup(with_setup({step("POST", path, "", {201}, {{"code", "/result/id"}})}),
                                plan_for(server.url()), values);
    ASSERT_FALSE(done) << path;
    EXPECT_THAT(done.error().message, HasSubstr("has nothing at /result/id for {code}"));
    EXPECT_TRUE(values.empty());
  }
}

TEST(Setup, Refuses_a_captured_value_that_would_break_a_header_apart) {
  const ScriptedServer server(answers({{"POST", created(R"({"t":"a\r\nEvil: 1"})")}}));
  auto second = step("POST", "/b");
  second.shape.headers = {{"X-T", "{t}"}};
  Variables values;
  const auto done =
      run_setup(with_setup({step("POST", "/a", "", {201}, {{"t", "/t"}}), second}), plan_for(server.url()), values);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kInvalid);
  EXPECT_THAT(done.error().message, HasSubstr("set-up step 2, POST /b: the value of {t} has a control character"));
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST(Setup, Of_a_server_that_nobody_runs_is_unavailable) {
  Variables values;
  const auto plan = plan_for("http://127.0.0.1:" + std::to_string(coupon::test::unused_port()));
  const auto done = run_setup(with_setup({step("POST", "/a")}), plan, values);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kUnavailable);
  EXPECT_THAT(done.error().message, HasSubstr("set-up step 1, POST /a: no answer: cannot connect"));
}

TEST(Setup, Of_a_server_that_does_not_answer_ends_with_its_time) {
  const coupon::test::LyingServer server(1, {.how = coupon::test::Lies::Broken::kSilence, .broken = 100});
  auto plan = plan_for(server.url());
  plan.budget_ms = 100;
  Variables values;
  const auto done = run_setup(with_setup({step("POST", "/api/v1/coupons/issue", "{}")}), plan, values);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kTimeout);
}

TEST(Setup, Without_time_or_after_a_stop_asks_nothing) {
  const ScriptedServer server(answers({{"POST", {}}}));
  auto plan = plan_for(server.url());
  Variables values;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(run_setup(with_setup({step("POST", "/a")}), plan, values, stop.get_token()).error().message,
              HasSubstr("interrupted"));
  plan.budget_ms = 0;
  EXPECT_THAT(run_setup(with_setup({step("POST", "/a")}), plan, values).error().message,
              HasSubstr("no time left of 0 ms"));
  EXPECT_TRUE(server.seen().empty());
}

TEST(Teardown, Runs_to_its_end_whatever_fails_and_tells_all_failures) {
  const ScriptedServer server(
      answers({{"DELETE /a", {.status = 500}}, {"DELETE /c", {}}, {"DELETE /d", {.status = 404}}}));
  const auto failures = run_teardown(with_teardown({step("DELETE", "/a"), step("DELETE", "/{never}"),
                                                    step("DELETE", "/c"), step("DELETE", "/d", "", {200, 404})}),
                                     plan_for(server.url()), {});
  EXPECT_THAT(server.lines(), ElementsAre("DELETE /a", "DELETE /c", "DELETE /d"));
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_THAT(failures[0].message, HasSubstr("teardown step 1, DELETE /a: answered 500"));
  EXPECT_THAT(failures[1].message, HasSubstr("teardown step 2, DELETE /{never}: {never} has no value"));
}

TEST(Teardown, Without_steps_asks_nothing) {
  EXPECT_TRUE(run_teardown(with_teardown({}), plan_for("http://127.0.0.1:1"), {}).empty());
}

}  // namespace coupon::load::test
