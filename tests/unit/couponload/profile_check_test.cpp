#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "couponload/cli/check_command.hpp"
#include "couponload/cli/init_command.hpp"
#include "couponload/profile/explain.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/probe.hpp"
#include "scripted_server.hpp"
#include "support/lying_server.hpp"
#include "support/process.hpp"
#include "support/temp_folder.hpp"

namespace coupon::load::test {

using coupon::test::LyingServer;
using coupon::test::TempFolder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr std::string_view kShop = R"(version = 1
vars = { quota = "3" }
request = { method = "POST", path = "/take/{code}", body = '{"who":"{member}"}' }
grant = { id = "/ticket" }
quota = { value = "{var:quota}" }
count = { path = "/sold/{code}", pointer = "/sold" }
[[outcome]]
class = "issued"
status = 200
where = "/ticket exists"
[[setup]]
method = "POST"
path = "/open"
body = '{"n":{var:quota}}'
capture = { code = "/code" }
[[teardown]]
method = "DELETE"
path = "/close/{code}"
)";

struct Checked {
  ExitCode exit;
  std::string out;
  std::string err;
};

Checked check(const CheckOptions& options) {
  std::ostringstream out;
  testing::internal::CaptureStderr();
  const auto exit = run_check_command(options, out);
  return {exit, out.str(), testing::internal::GetCapturedStderr()};
}

class Checks : public testing::Test {
 protected:
  CheckOptions options(std::string_view profile, const std::string& url = {}) {
    coupon::test::write_file(folder_.file("shop.toml"), std::string(profile));
    CheckOptions options;
    options.target.profile = folder_.file("shop.toml");
    options.target.url = url;
    options.probe = !url.empty();
    return options;
  }

 private:
  TempFolder folder_;
};

std::vector<std::string_view> unchecked(const Profile& profile) {
  std::vector<std::string_view> names;
  for (const auto& item : coverage(profile)) {
    if (!item.checked) names.push_back(item.invariant);
  }
  return names;
}

coupon::test::Finished couponload(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), COUPONLOAD_BINARY);
  return coupon::test::run(std::move(arguments));
}

}  // namespace

TEST(Coverage, Says_what_a_profile_does_not_allow_to_be_checked) {
  EXPECT_THAT(unchecked(couponsrv_profile()), ElementsAre());
  EXPECT_THAT(unchecked(load_profile("fcfs-s0").value()),
              ElementsAre("fill", "once", "ids", "ranks", "readback", "count"));
  EXPECT_THAT(unchecked(load_profile("fcfs-s2").value()), ElementsAre("once", "ids", "ranks", "readback"));
  EXPECT_THAT(unchecked({.name = "bare"}),
              ElementsAre("quota", "fill", "once", "ids", "ranks", "readback", "count", "order"));
}

TEST(Doubts, Name_what_looks_like_a_mistake) {
  const auto profile = parse_profile(R"(version = 1
request = { method = "POST", path = "/x", body = '{"m": {seq' }
[[outcome]]
class = "pending"
status = [200, 201]
[[outcome]]
class = "issued"
status = 201
where = "/id exists"
)",
                                     "p.toml")
                           .value();
  const auto found = doubts(profile);
  EXPECT_THAT(found, Contains(HasSubstr("the request has no {member}")));
  EXPECT_THAT(found, Contains(HasSubstr("rule 2 never decides: rule 1 matches all")));
  EXPECT_THAT(found, Contains(HasSubstr("no rule has class = \"sold_out\"")));
  EXPECT_THAT(found, Contains(HasSubstr("no rule has class = \"duplicate\"")));
  EXPECT_THAT(found, Contains(HasSubstr("\"pending\" grants never count without [readback]")));
  EXPECT_THAT(found, Contains(HasSubstr("the body is no JSON")));
  EXPECT_THAT(found, Contains(HasSubstr("no [prime]")));
}

TEST(WhyNot, Names_the_first_thing_that_does_not_fit) {
  const OutcomeRule rule{
      Outcome::kIssued, {200, 201}, {{"/a", Condition::Test::kEquals, "1"}, {"/b", Condition::Test::kExists, ""}}};
  EXPECT_EQ(why_not(rule, 404, "{}"), "status 404 is not 200 or 201");
  EXPECT_EQ(why_not(rule, 200, "<html>"), "the body is no JSON");
  EXPECT_EQ(why_not(rule, 200, R"({"b":1})"), "/a == 1: nothing is there");
  EXPECT_EQ(why_not(rule, 200, R"({"a":2,"b":1})"), "/a == 1: there is 2");
  EXPECT_EQ(why_not(rule, 200, R"({"a":1})"), "/b exists: nothing is there");
  EXPECT_EQ(why_not(rule, 200, R"({"a":1,"b":null})"), "");
}

TEST_F(Checks, Explain_the_profile_and_show_the_request_as_bytes) {
  const auto done = check(options(kShop));
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.err;
  EXPECT_THAT(done.out, HasSubstr("Set-up      1. POST /open, expects any 2xx, {code} becomes /code"));
  EXPECT_THAT(done.out, HasSubstr("Teardown    1. DELETE /close/{code}"));
  EXPECT_THAT(done.out, HasSubstr("1. issued     status 200 and /ticket exists"));
  EXPECT_THAT(done.out, HasSubstr("readback  NOT CHECKED the profile has no [readback]"));
  EXPECT_THAT(done.out, HasSubstr("  POST /take/CODE HTTP/1.1\n  Host: HOST\n"));
  EXPECT_THAT(done.out, HasSubstr("\n\n  {\"who\":\"m00000001\"}\n"));
}

TEST_F(Checks, Show_the_values_of_the_command_line) {
  auto given = options(R"(version = 1
headers = { Authorization = "Bearer {env:SHOP_TOKEN}" }
request = { method = "POST", path = "/take/{code}/{var:kind}" }
[[outcome]]
class = "issued"
status = 200
)");
  given.target.code = "SPRING";
  given.target.vars = {{"kind", "a b"}};
  const auto done = check(given);
  EXPECT_EQ(done.exit, ExitCode::kPass);
  EXPECT_THAT(done.out, HasSubstr("Needs       --code, --var kind=…, the environment variable SHOP_TOKEN"));
  EXPECT_THAT(done.out, HasSubstr("POST /take/SPRING/a%20b HTTP/1.1"));
  EXPECT_THAT(done.out, HasSubstr("Authorization: Bearer SHOP_TOKEN")) << "an example shows no secret";
}

TEST_F(Checks, Of_a_wrong_profile_end_with_2_and_the_mistake) {
  const auto done = check(options("version = 2\n"));
  EXPECT_EQ(done.exit, ExitCode::kUsage);
  EXPECT_THAT(done.err, HasSubstr("shop.toml:1: version: version 2 is not known"));
  EXPECT_EQ(done.out, "");
}

TEST_F(Checks, That_probe_set_up_ask_once_read_and_tear_down) {
  const ScriptedServer server(answers({{"POST /open", {.status = 200, .body = R"({"code":"K7"})"}},
                                       {"POST /take/K7", {.status = 200, .body = R"({"ticket":"T-1"})"}},
                                       {"GET /sold/K7", {.status = 200, .body = R"({"sold":1})"}},
                                       {"DELETE /close/K7", {.status = 204}}}));
  auto given = options(kShop, server.url());
  given.target.vars = {{"quota", "8"}};
  const auto done = check(given);
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.out << done.err;
  EXPECT_THAT(server.lines(), ElementsAre("POST /open", "POST /take/K7", "GET /sold/K7", "DELETE /close/K7"));
  EXPECT_EQ(server.seen()[0].body, R"({"n":8})");
  EXPECT_THAT(done.out, HasSubstr("rule        1 (issued): status 200 and /ticket exists"));
  EXPECT_THAT(done.out, HasSubstr("grant.id    /ticket = T-1"));
  EXPECT_THAT(done.out, HasSubstr("count.issued /sold = 1"));
  EXPECT_THAT(done.out, HasSubstr("The answer is understood."));
}

TEST_F(Checks, That_probe_a_server_unlike_the_profile_say_where_and_end_with_2) {
  const ScriptedServer server(answers({{"POST /open", {.status = 200, .body = R"({"code":"K7"})"}},
                                       {"POST /take/K7", {.status = 200, .body = R"({"id":"T-1"})"}},
                                       {"GET /sold/K7", {.status = 200, .body = R"({"sold":"1"})"}}}));
  const auto done = check(options(kShop, server.url()));
  EXPECT_EQ(done.exit, ExitCode::kUsage);
  EXPECT_THAT(done.out, HasSubstr("none matches, so it is unknown"));
  EXPECT_THAT(done.out, HasSubstr("not 1 (issued): /ticket exists: nothing is there"));
  EXPECT_THAT(done.out, HasSubstr("  - no rule matches the answer with status 200"));
  EXPECT_THAT(done.out, HasSubstr("  - count.issued: what stands at /sold is no whole number"));
  EXPECT_THAT(done.out, HasSubstr("  - teardown step 1, DELETE /close/K7: answered 404"));
}

TEST_F(Checks, That_probe_end_with_3_when_set_up_fails_and_tear_down_all_the_same) {
  const ScriptedServer server(answers({{"POST /open", {.status = 403, .body = "no"}}}));
  const auto done = check(options(kShop, server.url()));
  EXPECT_EQ(done.exit, ExitCode::kUnreachable);
  EXPECT_THAT(done.err, HasSubstr("set-up step 1, POST /open: answered 403, expected any 2xx: no"));
  EXPECT_THAT(server.lines(), ElementsAre("POST /open")) << "teardown needs the code that was not captured";
}

TEST_F(Checks, That_probe_a_server_that_nobody_runs_end_with_3) {
  const auto done = check(options(kShop, "http://127.0.0.1:" + std::to_string(coupon::test::unused_port())));
  EXPECT_EQ(done.exit, ExitCode::kUnreachable);
  EXPECT_THAT(done.err, HasSubstr("cannot connect"));
}

TEST(Check, Of_couponsrv_understands_a_server_like_ours) {
  const LyingServer server(3);
  CheckOptions options;
  options.probe = true;
  options.target.url = server.url();
  const auto done = check(options);
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.out;
  EXPECT_THAT(done.out, HasSubstr("rule        1 (issued)"));
  EXPECT_THAT(done.out, HasSubstr("readback.recorded /data/recorded = true"));
  EXPECT_EQ(server.asks(), 1);
}

TEST(Check, As_a_program_takes_a_name_and_options) {
  const auto good = couponload({"check", "fcfs-s0", "--var", "quota=7"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("Profile     fcfs-s0"));
  const auto missing = couponload({"check", "fcfs"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("couponsrv, fcfs-s0, fcfs-s2"));
  EXPECT_EQ(couponload({"check"}).code, 2);
  EXPECT_EQ(couponload({"check", "fcfs-s0", "--probe", "nowhere"}).code, 2);
  EXPECT_EQ(couponload({"check", "fcfs-s0", "--var", "quota"}).code, 2);
  EXPECT_THAT(couponload({"check", "--help"}).out, HasSubstr("Examples:"));
}

TEST(Init, Writes_a_profile_that_loads_and_never_over_another_file) {
  const TempFolder folder;
  const auto path = folder.file("mine.toml");
  std::ostringstream out;
  EXPECT_EQ(run_init_command(path, out), ExitCode::kPass);
  EXPECT_THAT(out.str(), HasSubstr("couponload check " + path));
  EXPECT_TRUE(load_profile(path));
  coupon::test::write_file(path, "precious");
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_init_command(path, out), ExitCode::kUsage);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("File exists; name another file"));
  EXPECT_EQ(coupon::test::read_file(path), "precious");
}

TEST(Init, As_a_program_writes_to_standard_output_when_told_so) {
  const auto done = couponload({"init", "-"});
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.out, commented_profile());
  EXPECT_EQ(couponload({"init", "/nowhere/p.toml"}).code, 2);
}

}  // namespace coupon::load::test
