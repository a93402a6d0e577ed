#include <CLI/CLI.hpp>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/settings.hpp"
#include "couponload/cli/target_options.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/values.hpp"

namespace coupon::load::test {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Profile profile_of(const std::string& path, const std::string& more = {}) {
  return parse_profile("version = 1\nrequest = { method = \"POST\", path = \"" + path +
                           "\" }\n[[outcome]]\nclass = \"issued\"\nstatus = 200\n" + more,
                       "p.toml")
      .value();
}

struct Parsed {
  std::optional<int> exit;
  std::string message;
  TargetOptions options;
};

Parsed parse(std::vector<const char*> arguments) {
  Parsed parsed;
  CLI::App app("test", "couponload");
  add_target_options(app, parsed.options);
  arguments.insert(arguments.begin(), "couponload");
  testing::internal::CaptureStderr();
  parsed.exit = base::parse_command_line(app, static_cast<int>(arguments.size()), arguments.data());
  parsed.message = testing::internal::GetCapturedStderr();
  return parsed;
}

}  // namespace

TEST(Values, That_must_be_known_before_are_listed_in_order_without_what_set_up_captures) {
  const auto profile = profile_of("/{code}/{var:a}/{env:B}/{run}/{uuid}/{token}",
                                  "[[setup]]\nmethod = \"POST\"\npath = \"/{var:z}\"\ncapture = { token = \"/t\" }\n");
  EXPECT_THAT(required_values(profile), ElementsAre("var:z", "code", "var:a", "env:B"));
}

TEST(Values, Used_by_set_up_before_it_captures_them_must_be_known_too) {
  const auto profile = profile_of("/{code}",
                                  "[[setup]]\nmethod = \"POST\"\npath = \"/{code}\"\n"
                                  "[[setup]]\nmethod = \"POST\"\npath = \"/b\"\ncapture = { code = \"/t\" }\n");
  EXPECT_THAT(required_values(profile), ElementsAre("code"));
}

TEST(Values, Come_from_the_command_line_before_the_profile_and_from_the_environment) {
  auto profile = profile_of("/{code}/{var:a}/{var:b}/{env:COUPONLOAD_TEST_VALUE}");
  profile.vars = {{"a", "of the profile"}, {"b", "of the profile"}};
  ASSERT_EQ(::setenv("COUPONLOAD_TEST_VALUE", "of the environment", 1), 0);
  const auto values = initial_values(profile, {{"a", "given"}, {"code", "C"}}).value();
  EXPECT_EQ(values.at("var:a"), "given");
  EXPECT_EQ(values.at("var:b"), "of the profile");
  EXPECT_EQ(values.at("env:COUPONLOAD_TEST_VALUE"), "of the environment");
  EXPECT_EQ(code_of(values), "C");
  EXPECT_FALSE(values.at("run").empty());
}

TEST(Values, That_are_missing_are_named_with_the_remedy) {
  const auto message = [](const std::string& path) { return initial_values(profile_of(path), {}).error().message; };
  EXPECT_THAT(message("/{code}"), HasSubstr("{code}; name the coupon with --code"));
  EXPECT_THAT(message("/{var:quota}"), HasSubstr("{var:quota}; give it with --var quota=VALUE"));
  EXPECT_THAT(message("/{env:NOT_SET_ANYWHERE}"), HasSubstr("set the environment variable NOT_SET_ANYWHERE"));
}

TEST(Values, That_stand_nowhere_in_the_profile_are_a_slip) {
  const auto wrong = initial_values(profile_of("/{var:quota}"), {{"quota", "1"}, {"qouta", "2"}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("--var qouta: the profile has no {var:qouta}; did you mean quota?"));
}

TEST(Values, That_would_break_a_header_apart_are_refused_before_anything_is_sent) {
  const auto profile =
      profile_of("/x", "[[teardown]]\nmethod = \"POST\"\npath = \"/x\"\nheaders = { K = \"{var:k}\" }\n");
  EXPECT_TRUE(initial_values(profile, {{"k", "v"}}));
  EXPECT_THAT(initial_values(profile, {{"k", "v\nw"}}).error().message, HasSubstr("{var:k} has a control character"));
}

TEST(Values, Of_run_are_new_for_every_run) {
  Variables values;
  new_run(values);
  const auto first = values.at("run");
  new_run(values);
  EXPECT_NE(values.at("run"), first);
}

TEST(Quota, With_a_placeholder_becomes_a_number_or_is_refused) {
  auto profile = load_profile("fcfs-s0").value();
  EXPECT_TRUE(settle_quota(profile, initial_values(profile, {{"quota", "250"}}).value()));
  EXPECT_EQ(profile.quota.value, 250);
  const auto wrong = settle_quota(profile, initial_values(profile, {{"quota", "many"}}).value());
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("{var:quota} = 'many', must be a whole number"));
}

TEST(TargetOptions, Without_a_word_mean_our_own_server) {
  const auto target = resolve_target(parse({}).options).value();
  EXPECT_EQ(target.profile.name, "couponsrv");
  EXPECT_EQ(target.url.text(), "http://127.0.0.1:8080");
  EXPECT_EQ(code_of(target.values), "FLASH100");
  EXPECT_FALSE(target.tls.insecure);
}

TEST(TargetOptions, Take_every_flag) {
  const auto parsed = parse({"https://shop/v2", "-f", "fcfs-s2", "--code", "SPRING", "--var", "quota=7", "-H", "A: b",
                             "-H", "C:d", "--cacert", "ca.pem", "--insecure"});
  ASSERT_FALSE(parsed.exit) << parsed.message;
  const auto target = resolve_target(parsed.options).value();
  EXPECT_EQ(target.url.text(), "https://shop/v2");
  EXPECT_EQ(target.profile.quota.value, 7);
  EXPECT_EQ(code_of(target.values), "SPRING");
  EXPECT_EQ(target.headers, (Headers{{"A", "b"}, {"C", "d"}}));
  EXPECT_EQ(target.tls.ca_file, "ca.pem");
  EXPECT_TRUE(target.tls.insecure);
}

TEST(TargetOptions, Say_what_is_wrong) {
  EXPECT_THAT(parse({"shop:80"}).message, HasSubstr("URL: 'shop:80' is not a URL"));
  EXPECT_THAT(parse({"--var", "quota"}).message, HasSubstr("--var: 'quota' must be NAME=VALUE"));
  EXPECT_THAT(parse({"--var", "a b=c"}).message, HasSubstr("must be NAME=VALUE"));
  EXPECT_THAT(parse({"-H", "Host: x"}).message, HasSubstr("--header: Host is set by couponload itself"));
  EXPECT_EQ(parse({"-H", "no colon"}).exit, 2);
  EXPECT_EQ(resolve_target(parse({"-f", "nothing"}).options).error().code, base::Errc::kNotFound);
}

}  // namespace coupon::load::test
