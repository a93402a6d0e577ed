#include <functional>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.hpp"
#include "couponload/cli/run_command.hpp"
#include "couponload/cli/start.hpp"
#include "support/lying_server.hpp"
#include "support/process.hpp"

namespace coupon::load::test {

using coupon::test::Lies;
using coupon::test::LyingServer;
using nlohmann::json;
using testing::HasSubstr;

namespace {

constexpr std::int64_t kQuota = 10;

struct Run {
  ExitCode exit = ExitCode::kInternal;
  json result;
  std::map<std::string, std::string> invariants;
  std::map<std::string, std::int64_t> classes;
};

// What a busy test machine does must not decide: no limits on the generator's own health.
LoadOptions options_for(const LyingServer& server) {
  LoadOptions options;
  options.target.url = server.url();
  options.target.code = "C";
  options.member_format = "m{:04d}";
  options.users = 60;
  options.threads = 2;
  options.timeout_ms = 20'000;
  options.settle_ms = 20'000;
  options.lag_max_ms = 3'600'000;
  options.run_delay_share_max = 1e9;
  options.format = ReportFormat::kJson;
  options.quiet = true;
  return options;
}

Run run(const LoadOptions& options, const std::stop_token& stop = {}) {
  std::ostringstream out;
  Run done;
  done.exit = run_command(options, {"couponload", "burst"}, out, stop);
  if (out.str().empty()) return done;
  done.result = json::parse(out.str());
  const auto& repeat = done.result.at("repeats").at(0);
  for (const auto& invariant : repeat.at("invariants")) done.invariants[invariant.at("name")] = invariant.at("status");
  for (const auto& one : repeat.at("classes")) done.classes[one.at("class")] = one.at("count");
  return done;
}

Run run_against(Lies lies, const std::function<void(LoadOptions&)>& change = {}) {
  const LyingServer server(kQuota, lies);
  auto options = options_for(server);
  if (change) change(options);
  return run(options);
}

void settle_briefly(LoadOptions& options) { options.settle_ms = 200; }
void time_out_soon(LoadOptions& options) { options.timeout_ms = 1'000; }

}  // namespace

TEST(Burst, Against_an_honest_server_passes) {
  const auto done = run_against({});
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("issued"), kQuota);
  EXPECT_EQ(done.classes.at("sold_out"), 50);
  for (const auto& [name, status] : done.invariants) EXPECT_EQ(status, "pass") << name;
  EXPECT_EQ(done.result.at("exit"), 0);
}

TEST(Burst, Sends_the_request_of_the_profile) {
  LyingServer server(kQuota);
  auto options = options_for(server);
  options.target.headers = {{"X-Campaign", "spring"}};
  options.users = 1;
  EXPECT_EQ(run(options).exit, ExitCode::kPass);
  EXPECT_THAT(server.last_issue_request(), testing::StartsWith("POST /api/v1/coupons/issue HTTP/1.1\r\n"));
  EXPECT_THAT(server.last_issue_request(), HasSubstr("X-Campaign: spring\r\n"));
  EXPECT_THAT(server.last_issue_request(), HasSubstr(R"({"couponCode":"C","memberId":"m0001"})"));
}

TEST(Burst, Without_priming_asks_all_the_same) {
  EXPECT_EQ(run_against({.close_after_prime = true}, [](LoadOptions& o) { o.prime = false; }).exit, ExitCode::kPass);
}

TEST(Burst, Finds_an_over_issue) {
  const auto done = run_against({.over_issue = 1});
  EXPECT_EQ(done.exit, ExitCode::kCorrectness);
  EXPECT_EQ(done.invariants.at("quota"), "fail");
  EXPECT_THAT(done.result.at("verdict"), HasSubstr("1 over"));
}

TEST(Burst, Finds_an_over_issue_that_the_server_does_not_count) {
  const auto done = run_against({.over_issue = 1, .hide_over_issue = true}, settle_briefly);
  EXPECT_EQ(done.invariants.at("quota"), "fail");
  EXPECT_EQ(done.invariants.at("count"), "fail");
}

TEST(Burst, Finds_a_member_with_two_grants) {
  const auto done = run_against({.grant_twice = true}, [](LoadOptions& o) { o.same_user = 6; });
  EXPECT_EQ(done.exit, ExitCode::kCorrectness);
  EXPECT_EQ(done.invariants.at("once"), "fail");
}

TEST(Burst, Of_members_who_ask_several_times_at_once_passes_on_an_honest_server) {
  const auto done = run_against({}, [](LoadOptions& o) { o.same_user = 3; });
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("issued"), kQuota);
  EXPECT_GT(done.classes.at("duplicate"), 0);
}

TEST(Burst, Finds_a_grant_without_a_row_in_the_ledger) {
  const auto done = run_against({.rows_lost = 1}, settle_briefly);
  EXPECT_EQ(done.exit, ExitCode::kCorrectness);
  EXPECT_EQ(done.invariants.at("readback"), "fail");
  EXPECT_THAT(done.result.at("verdict"), HasSubstr("9 of 10 grants have a row"));
}

TEST(Burst, Finds_a_grant_that_the_server_does_not_know_any_more) {
  EXPECT_EQ(run_against({.grants_lost = 1}, settle_briefly).invariants.at("readback"), "fail");
}

TEST(Burst, Waits_for_rows_that_come_late) { EXPECT_EQ(run_against({.rows_late = 3}).exit, ExitCode::kPass); }

TEST(Burst, Finds_another_id_on_reading_back) {
  EXPECT_EQ(run_against({.other_id_on_readback = 1}).invariants.at("readback"), "fail");
}

TEST(Burst, Finds_a_rank_given_twice) { EXPECT_EQ(run_against({.rank_repeated = 1}).invariants.at("ranks"), "fail"); }

TEST(Burst, Finds_an_id_given_twice) { EXPECT_EQ(run_against({.id_repeated = 1}).invariants.at("ids"), "fail"); }

TEST(Burst, Finds_winners_who_get_another_grant_when_they_ask_again) {
  EXPECT_EQ(run_against({.other_id_on_replay = true}).invariants.at("replay"), "fail");
  EXPECT_EQ(run_against({.sold_out_on_replay = true}).invariants.at("replay"), "fail");
}

TEST(Burst, Finds_places_that_were_never_given) {
  EXPECT_EQ(run_against({.places_kept = 2}).invariants.at("fill"), "fail");
}

TEST(Burst, Finds_a_count_that_is_too_high) {
  EXPECT_EQ(run_against({.count_more = 1}).invariants.at("count"), "fail");
}

TEST(Burst, Counts_pending_grants_once_they_are_recorded) {
  const auto done = run_against({.pending = 4});
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("pending"), 4);
}

TEST(Burst, Lets_pending_grants_stay_open) {
  const auto done = run_against({.pending = 4, .pending_forever = true}, settle_briefly);
  EXPECT_EQ(done.invariants.at("count"), "pass");
  EXPECT_EQ(done.invariants.at("readback"), "pass");
}

TEST(Burst, Tells_refused_requests_from_sold_out_ones_and_reads_patiently) {
  const auto done = run_against({.busy = 3});
  EXPECT_EQ(done.classes.at("refused"), 3);
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
}

TEST(Burst, Knows_what_was_issued_before) {
  LyingServer server(kQuota);
  server.issue_before("m0003");
  server.issue_before("elsewhere");
  const auto done = run(options_for(server));
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("issued"), kQuota - 2);
  EXPECT_EQ(done.classes.at("duplicate"), 1);
}

TEST(Burst, Is_inconclusive_when_the_coupon_is_not_open) {
  const auto done = run_against({.closed = true});
  EXPECT_EQ(done.exit, ExitCode::kInvalid);
  EXPECT_EQ(done.classes.at("error"), 60);
  EXPECT_EQ(done.result.at("repeats").at(0).at("answers").at(0).at("code"), "COUPON-004");
}

class BrokenAnswers : public testing::TestWithParam<std::pair<Lies::Broken, const char*>> {};

// The server grants and does not say so in time, or at all: that must count as unknown, and nothing else may fail.
TEST_P(BrokenAnswers, Are_unknown_and_excuse_what_they_can_explain) {
  const auto [how, reason] = GetParam();
  const auto done = run_against({.how = how, .broken = 3}, time_out_soon);
  EXPECT_GE(done.classes.at("unknown"), 3) << done.result.dump(1);
  EXPECT_NE(done.exit, ExitCode::kCorrectness) << done.result.dump(1);
  std::vector<std::string> reasons;
  for (const auto& answer : done.result.at("repeats").at(0).at("answers")) reasons.push_back(answer.at("code"));
  EXPECT_THAT(reasons, testing::Contains(reason));
}

INSTANTIATE_TEST_SUITE_P(Kinds, BrokenAnswers,
                         testing::Values(std::pair(Lies::Broken::kClose, "cut"), std::pair(Lies::Broken::kReset, "cut"),
                                         std::pair(Lies::Broken::kHalf, "cut"),
                                         std::pair(Lies::Broken::kSilence, "timeout"),
                                         std::pair(Lies::Broken::kGarbage, "malformed"),
                                         std::pair(Lies::Broken::kHuge, "too_large")));

TEST(Burst, Of_a_server_that_nobody_runs_is_unreachable) {
  const LyingServer server(1);
  auto options = options_for(server);
  options.target.url = "http://127.0.0.1:" + std::to_string(coupon::test::unused_port());
  const auto done = run(options);
  EXPECT_EQ(done.exit, ExitCode::kUnreachable);
  EXPECT_TRUE(done.result.is_null()) << "no result without a run";
}

TEST(Burst, Of_a_coupon_that_is_not_there_is_a_failed_set_up) {
  EXPECT_EQ(run_against({.no_coupon = true}).exit, ExitCode::kUnreachable);
}

TEST(Burst, Of_a_server_that_ends_every_primed_connection_is_a_failed_set_up) {
  EXPECT_EQ(run_against({.close_after_prime = true, .says_close = true}).exit, ExitCode::kUnreachable);
}

TEST(Burst, Of_a_server_that_hangs_up_on_connections_that_wait_is_invalid) {
  const auto done = run_against({.close_after_prime = true});
  EXPECT_EQ(done.exit, ExitCode::kInvalid) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("issued"), 0);
}

TEST(Burst, Stopped_while_it_waits_ends_interrupted_with_what_is_known) {
  LyingServer server(kQuota, {.how = Lies::Broken::kSilence, .broken = 1'000});
  const auto options = options_for(server);
  std::stop_source stop;
  auto pending = std::async(std::launch::async, [&] { return run(options, stop.get_token()); });
  EXPECT_TRUE(server.wait_for_asks(options.users));
  stop.request_stop();
  const auto done = pending.get();
  EXPECT_EQ(done.exit, ExitCode::kInterrupted);
  EXPECT_EQ(done.classes.at("unknown"), options.users);
  EXPECT_EQ(done.invariants.at("count"), "skipped");
}

TEST(Burst, Of_an_instant_that_is_past_is_wrong_usage) {
  const auto done = run_against({}, [](LoadOptions& o) { o.start_at_ms = base::SystemClock{}.wall_ms() - 1; });
  EXPECT_EQ(done.exit, ExitCode::kUsage);
}

// The server knows no such route, so that whoever sets up or tears down fails.
TEST(Burst, Of_shards_is_set_up_by_the_first_alone) {
  const coupon::test::TempFolder folder;
  coupon::test::write_file(folder.file("p.toml"),
                           "version = 1\nquota = { value = 10 }\n"
                           "request = { method = \"POST\", path = \"/api/v1/coupons/issue\", "
                           "body = '{\"couponCode\":\"C\",\"memberId\":\"{member}\"}' }\n"
                           "[[outcome]]\nclass = \"issued\"\nstatus = 200\n"
                           "[[outcome]]\nclass = \"sold_out\"\nstatus = 409\n"
                           "[[setup]]\nmethod = \"POST\"\npath = \"/nothing\"\n");
  for (const std::uint32_t index : {1U, 2U}) {
    const LyingServer server(kQuota);
    auto options = options_for(server);
    options.target.profile = folder.file("p.toml");
    options.target.code.clear();
    options.out_path = folder.file("s.json");
    options.shard = {index, 2};
    options.start_at_ms = base::SystemClock{}.wall_ms() + 500;
    const auto done = run(options);
    EXPECT_EQ(done.exit == ExitCode::kUnreachable, index == 1) << done.result.dump(1);
    EXPECT_EQ(server.asks() >= options.users / 2, index == 2);
  }
}

TEST(Burst, Begins_at_the_instant_that_it_is_told) {
  const auto start_ms = base::SystemClock{}.wall_ms() + 1'000;
  const auto done = run_against({}, [&](LoadOptions& o) { o.start_at_ms = start_ms; });
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
  EXPECT_GE(base::SystemClock{}.wall_ms(), start_ms);
  EXPECT_EQ(done.classes.at("issued"), kQuota);
}

TEST(Burst, Stopped_while_it_waits_for_its_instant_ends_interrupted_and_asks_nobody) {
  for (const auto ahead_ms : {kOpenAheadNs / 1'000'000 - 5'000, std::int64_t{600'000}}) {
    LyingServer server(kQuota);
    auto options = options_for(server);
    options.start_at_ms = base::SystemClock{}.wall_ms() + ahead_ms;
    std::stop_source stop;
    auto pending = std::async(std::launch::async, [&] { return run(options, stop.get_token()); });
    stop.request_stop();
    EXPECT_EQ(pending.get().exit, ExitCode::kInterrupted);
    EXPECT_EQ(server.asks(), 0);
  }
}

TEST(Burst, Cold_connects_after_the_release_and_passes) {
  const auto done = run_against({}, [](LoadOptions& o) { o.cold = true; });
  EXPECT_EQ(done.exit, ExitCode::kPass) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("issued"), kQuota);
}

TEST(Burst, Asks_a_request_that_timed_out_again_and_counts_both_attempts) {
  const auto done = run_against({.how = Lies::Broken::kSilence, .broken = 3}, [](LoadOptions& o) {
    o.timeout_ms = 500;
    o.retries = 2;
    o.prime = false;
  });
  EXPECT_EQ(done.classes.at("unknown"), 3) << done.result.dump(1);
  EXPECT_EQ(done.classes.at("duplicate"), 3) << "the silent server had issued them";
  EXPECT_NE(done.exit, ExitCode::kCorrectness);
}

TEST(Burst, Repeated_keeps_every_repeat_and_ends_with_the_worst) {
  const LyingServer server(kQuota, {.over_issue = 1});
  auto options = options_for(server);
  options.repeat = 2;
  const auto done = run(options);
  EXPECT_EQ(done.exit, ExitCode::kCorrectness);
  EXPECT_EQ(done.result.at("repeats").size(), 2U);
}

TEST(Burst, Judges_thresholds_after_correctness) {
  const auto too_slow = [](LoadOptions& o) { o.thresholds = {parse_threshold("p(50) < 1us").value()}; };
  EXPECT_EQ(run_against({}, too_slow).exit, ExitCode::kThreshold);
  EXPECT_EQ(run_against({.over_issue = 1}, too_slow).exit, ExitCode::kCorrectness);
}

TEST(Burst, Verdict_does_not_depend_on_how_much_evidence_is_kept) {
  for (const auto scope : {EvidenceScope::kGrants, EvidenceScope::kAll}) {
    const auto done = run_against({}, [&](LoadOptions& o) { o.evidence = scope; });
    EXPECT_EQ(done.exit, ExitCode::kPass);
    EXPECT_EQ(done.classes.at("sold_out"), 50);
  }
}

}  // namespace coupon::load::test
