#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/settings.hpp"
#include "couponload/cli/load_options.hpp"
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
  LoadOptions options;
};

Parsed parse(std::vector<const char*> arguments, Mode mode = Mode::kBurst) {
  CLI::App app("test", "couponload");
  app.require_subcommand(1);
  const LoadCommandLine line(app, mode);
  arguments.insert(arguments.begin(), {"couponload", name_of(mode).data()});
  testing::internal::CaptureStderr();
  Parsed parsed;
  parsed.exit = base::parse_command_line(app, static_cast<int>(arguments.size()), arguments.data());
  parsed.message = testing::internal::GetCapturedStderr();
  if (!parsed.exit) parsed.options = line.options();
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
  EXPECT_EQ(options.target.profile, "couponsrv");
  EXPECT_EQ(options.mode, Mode::kBurst);
  EXPECT_EQ(options.users, 10'000U);
  EXPECT_EQ(options.timeout_ms, 10'000);
  EXPECT_EQ(options.settle_ms, 30'000);
  EXPECT_EQ(options.lag_max_ms, 5);
  EXPECT_EQ(options.seed, 1U);
  EXPECT_EQ(options.repeat, 1U);
  EXPECT_EQ(options.evidence, EvidenceScope::kGrants);
  EXPECT_FALSE(options.cold);
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
  EXPECT_EQ(options.target.url, "http://shop:81/v2");
  EXPECT_EQ(options.users, 7U);
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.timeout_ms, 2'000);
  EXPECT_EQ(options.seed, 9U);
  EXPECT_EQ(options.target.code, "X");
  EXPECT_EQ(options.settle_ms, 60'000);
  EXPECT_EQ(options.member_format, "u{}");
  EXPECT_EQ(options.skew_max_ms, 50);
  EXPECT_EQ(options.lag_max_ms, 1'000);
  EXPECT_FALSE(options.prime);
  EXPECT_EQ(options.same_user, 2U);
  EXPECT_EQ(options.format, ReportFormat::kJson);
  EXPECT_EQ(options.out_path, "f.json");
  EXPECT_TRUE(options.quiet);
  EXPECT_EQ(options.target.headers, (Headers{{"A", "b"}, {"C", "d"}}));
  EXPECT_DOUBLE_EQ(options.run_delay_share_max, 0.5);
}

TEST(BurstCommandLine, Takes_a_URL_behind_a_header) {
  const auto options = parse({"-H", "A: b", "http://shop"}).options;
  EXPECT_EQ(options.target.url, "http://shop");
  EXPECT_EQ(options.target.headers.size(), 1U);
}

TEST(BurstCommandLine, Refuses_wrong_values_and_names_the_flag_and_the_remedy) {
  expect_usage_error({"-u", "0"}, "--users");
  expect_usage_error({"-u", "many"}, "between 1 and");
  expect_usage_error({"--timeout", "10"}, "--timeout");
  expect_usage_error({"--member-format", "m"}, "m{:08d}");
  expect_usage_error({"-o", "xml"}, "--output");
  expect_usage_error({"--source", "203.0.113.1"}, "address of this machine");
  expect_usage_error({"--threshold", "soon"}, "--threshold");
  expect_usage_error({"--evidence", "some"}, "grants or all");
  expect_usage_error({"-H", "nonsense"}, "Name: value");
  expect_usage_error({"-H", "Content-Length: 3"}, "set by couponload itself");
  expect_usage_error({"ftp://shop"}, "URL");
  expect_usage_error({"--no-such-flag"}, "--no-such-flag");
}

TEST(BurstCommandLine, Takes_what_the_other_modes_do_not) {
  const auto options = parse({"--cold", "--retry-timeout", "2", "--same-key", "4", "--source", "127.0.0.1", "--source",
                              "127.0.0.2", "--repeat", "3", "--evidence", "all", "--threshold", "p(99) < 1s"})
                           .options;
  EXPECT_TRUE(options.cold);
  EXPECT_EQ(options.retries, 2);
  EXPECT_EQ(options.same_key, 4U);
  EXPECT_EQ(options.sources.size(), 2U);
  EXPECT_EQ(options.repeat, 3U);
  EXPECT_EQ(options.evidence, EvidenceScope::kAll);
  EXPECT_EQ(options.thresholds.size(), 1U);
}

TEST(BurstCommandLine, Takes_a_shard_and_an_instant) {
  const auto options = parse({"--shard", "2/3", "--start-at", "1767225600000", "-t", "9", "-u", "10"}).options;
  EXPECT_EQ(options.shard, (Shard{2, 3}));
  EXPECT_EQ(options.start_at_ms, 1'767'225'600'000);
  EXPECT_EQ(options.users, 10U) << "of all shards";
  EXPECT_EQ(options.threads, 3) << "no more than requests of its own";
  EXPECT_EQ(parse({"--start-at", "2026-01-01T00:00:00Z"}).options.start_at_ms, 1'767'225'600'000);
  for (const auto mode : {Mode::kRate, Mode::kClosed}) {
    EXPECT_EQ(parse({"--shard", "2/3"}, mode).options.shard, (Shard{2, 3}));
  }
  expect_usage_error({"--shard", "0/3"}, "--shard");
  expect_usage_error({"--shard", "4/3"}, "between 1 and 3");
  expect_usage_error({"--start-at", "noon"}, "--start-at");
}

TEST(RateCommandLine, Plans_one_rate_or_stages) {
  const auto one = parse({"-R", "200", "-d", "3s"}, Mode::kRate).options;
  EXPECT_EQ(one.mode, Mode::kRate);
  EXPECT_EQ(one.stages.count(), 600U);
  EXPECT_EQ(one.connections, 1'000U);
  EXPECT_EQ(one.warmup_ms, 5'000);
  const auto staged = parse({"--stages", "1s:10,2s:5", "-c", "7"}, Mode::kRate).options;
  EXPECT_EQ(staged.stages.count(), 20U);
  EXPECT_EQ(staged.duration_ms, 3'000);
  EXPECT_EQ(staged.connections, 7U);
}

TEST(ClosedCommandLine, Has_its_own_defaults_and_no_more_threads_than_connections) {
  const auto options = parse({}, Mode::kClosed).options;
  EXPECT_EQ(options.connections, 256U);
  EXPECT_EQ(options.duration_ms, 30'000);
  EXPECT_EQ(options.think_ms, 0);
  EXPECT_EQ(parse({"-c", "1", "-t", "8", "--think", "5ms"}, Mode::kClosed).options.threads, 1);
}

TEST(LoadCommandLine, Refuses_what_belongs_to_another_mode) {
  EXPECT_EQ(parse({"-u", "5"}, Mode::kRate).exit, 2);
  EXPECT_EQ(parse({"-R", "5"}, Mode::kClosed).exit, 2);
  EXPECT_EQ(parse({"-c", "5"}, Mode::kBurst).exit, 2);
  EXPECT_EQ(parse({"--stages", "10s"}, Mode::kRate).exit, 2);
  EXPECT_EQ(parse({"-d", "0s"}, Mode::kClosed).exit, 2);
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
