#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/settings.hpp"
#include "couponload/cli/burst_options.hpp"
#include "couponload/cli/preflight.hpp"
#include "support/lying_server.hpp"
#include "support/process.hpp"

namespace coupon::load::test {

using coupon::test::Lies;
using coupon::test::LyingServer;
using coupon::test::Process;
using testing::HasSubstr;

namespace {

struct Parsed {
  std::optional<int> exit;
  std::string message;
  BurstOptions options;
};

Parsed parse(std::vector<const char*> arguments) {
  CLI::App app("test", "couponload");
  app.require_subcommand(1);
  const BurstCommandLine burst(app);
  arguments.insert(arguments.begin(), {"couponload", "burst"});
  testing::internal::CaptureStderr();
  Parsed parsed;
  parsed.exit = base::parse_command_line(app, static_cast<int>(arguments.size()), arguments.data());
  parsed.message = testing::internal::GetCapturedStderr();
  if (!parsed.exit) parsed.options = burst.options();
  return parsed;
}

void expect_usage_error(std::vector<const char*> arguments, const char* said) {
  const auto parsed = parse(std::move(arguments));
  EXPECT_EQ(parsed.exit, 2);
  EXPECT_THAT(parsed.message, HasSubstr(said));
}

coupon::test::Finished couponload(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), COUPONLOAD_BINARY);
  return coupon::test::run(std::move(arguments));
}

}  // namespace

TEST(BurstCommandLine, Has_the_documented_defaults) {
  const auto options = parse({}).options;
  EXPECT_EQ(options.url.text(), "http://127.0.0.1:8080");
  EXPECT_EQ(options.code, "FLASH100");
  EXPECT_EQ(options.users, 10'000U);
  EXPECT_EQ(options.timeout_ms, 10'000);
  EXPECT_EQ(options.settle_ms, 30'000);
  EXPECT_EQ(options.lag_max_ms, 5);
  EXPECT_EQ(options.seed, 1U);
  EXPECT_EQ(options.members.name(1), "m00000001");
  EXPECT_TRUE(options.prime);
}

TEST(BurstCommandLine, Takes_every_flag) {
  const auto options = parse({"http://shop:81/v2",
                              "-u",
                              "7",
                              "-t",
                              "3",
                              "--timeout",
                              "2s",
                              "--seed",
                              "9",
                              "--code",
                              "X",
                              "--settle",
                              "1m",
                              "--member-format",
                              "u{}",
                              "--max-skew",
                              "50ms",
                              "--max-lag",
                              "1s",
                              "--no-prime",
                              "--same-user",
                              "2",
                              "-o",
                              "json",
                              "--out",
                              "f.json",
                              "--quiet",
                              "-H",
                              "A: b",
                              "-H",
                              "C:d",
                              "--max-run-delay",
                              "50"})
                           .options;
  EXPECT_EQ(options.url.text(), "http://shop:81/v2");
  EXPECT_EQ(options.users, 7U);
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.timeout_ms, 2'000);
  EXPECT_EQ(options.seed, 9U);
  EXPECT_EQ(options.code, "X");
  EXPECT_EQ(options.settle_ms, 60'000);
  EXPECT_EQ(options.members.name(4), "u4");
  EXPECT_EQ(options.skew_max_ms, 50);
  EXPECT_EQ(options.lag_max_ms, 1'000);
  EXPECT_FALSE(options.prime);
  EXPECT_EQ(options.same_user, 2U);
  EXPECT_EQ(options.format, base::OutputFormat::kJson);
  EXPECT_EQ(options.out_path, "f.json");
  EXPECT_TRUE(options.quiet);
  EXPECT_EQ(options.headers, (Headers{{"A", "b"}, {"C", "d"}}));
  EXPECT_DOUBLE_EQ(options.run_delay_share_max, 0.5);
}

TEST(BurstCommandLine, Takes_a_URL_behind_a_header) {
  const auto options = parse({"-H", "A: b", "http://shop"}).options;
  EXPECT_EQ(options.url.text(), "http://shop");
  EXPECT_EQ(options.headers.size(), 1U);
}

TEST(BurstCommandLine, Refuses_wrong_values_and_names_the_flag_and_the_remedy) {
  expect_usage_error({"-u", "0"}, "--users");
  expect_usage_error({"-u", "many"}, "between 1 and");
  expect_usage_error({"--timeout", "10"}, "--timeout");
  expect_usage_error({"--member-format", "m"}, "m{:08d}");
  expect_usage_error({"-o", "xml"}, "table or json");
  expect_usage_error({"-H", "nonsense"}, "Name: value");
  expect_usage_error({"-H", "Content-Length: 3"}, "set by couponload itself");
  expect_usage_error({"https://shop"}, "use http://");
  expect_usage_error({"--no-such-flag"}, "--no-such-flag");
}

TEST(BurstCommandLine, Refuses_headers_that_would_break_the_request) {
  EXPECT_FALSE(parse_header("X: a\r\nHost: evil"));
  EXPECT_FALSE(parse_header("X Y: a"));
  EXPECT_FALSE(parse_header(": a"));
  EXPECT_EQ(parse_header("X:").value().second, "");
}

TEST(Preflight, Names_the_remedy_when_there_are_too_few_descriptors) {
  EXPECT_TRUE(ensure_descriptors(10));
  const auto refused = ensure_descriptors(std::uint64_t{1} << 40U);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("ulimit -n"));
}

TEST(Preflight, Writes_a_file_as_a_whole_and_leaves_nothing_else) {
  const coupon::test::TempFolder folder;
  const auto path = folder.file("run.json");
  EXPECT_TRUE(check_writable(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(write_atomically(path, "one"));
  EXPECT_TRUE(write_atomically(path, "two"));
  EXPECT_EQ(coupon::test::read_file(path), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_FALSE(check_writable(folder.file("no/such/folder")));
  EXPECT_FALSE(check_writable(folder.path()));
}

TEST(Program, Explains_itself) {
  const auto help = couponload({"burst", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  EXPECT_EQ(couponload({"--version"}).code, 0);
  EXPECT_EQ(couponload({}).code, 2);
  EXPECT_EQ(couponload({"burst", "-u", "x"}).code, 2);
}

TEST(Program, Ends_with_2_when_the_file_limit_is_too_low) {
  const auto done = couponload({"burst", "-u", "1000000"});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("ulimit -n"));
}

TEST(Program, Ends_with_3_when_nobody_listens) {
  const auto done = couponload({"burst", "http://127.0.0.1:" + std::to_string(coupon::test::unused_port()), "-u", "1"});
  EXPECT_EQ(done.code, 3);
  EXPECT_THAT(done.err, HasSubstr("cannot connect"));
  EXPECT_EQ(done.out, "");
}

TEST(Program, Writes_the_result_to_stdout_and_to_the_file_and_ends_with_the_verdicts_code) {
  const LyingServer server(3, {.over_issue = 1});
  const coupon::test::TempFolder folder;
  const auto done = couponload({"burst", server.url(), "-u", "20", "--out", folder.file("run.json"), "--quiet"});
  EXPECT_EQ(done.code, 5);
  EXPECT_THAT(done.out, HasSubstr("\nVERDICT fail: violated quota"));
  EXPECT_EQ(done.err, "");
  const auto result = nlohmann::json::parse(coupon::test::read_file(folder.file("run.json")));
  EXPECT_EQ(result.at("exit"), 5);
}

TEST(Program, Interrupted_while_it_waits_ends_with_130_and_says_what_it_knows) {
  LyingServer server(3, {.how = Lies::Broken::kSilence, .broken = 1'000});
  Process process({COUPONLOAD_BINARY, "burst", server.url(), "-u", "20", "--timeout", "60s"});
  EXPECT_TRUE(server.wait_for_asks(20));
  process.signal(SIGINT);
  EXPECT_EQ(process.wait(), 130);
  EXPECT_THAT(process.out(), HasSubstr("VERDICT interrupted: 0 issued, 0 sold out, 0 errors, 20 unknown"));
}

}  // namespace coupon::load::test
