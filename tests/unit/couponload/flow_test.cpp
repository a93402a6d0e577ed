#include "couponload/flow/flow.hpp"

#include <cmath>
#include <fmt/core.h>
#include <future>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "couponload/burst/instant.hpp"
#include "couponload/flow/answer_cache.hpp"
#include "couponload/report/validity.hpp"
#include "flow_server.hpp"
#include "support/lying_server.hpp"
#include "support/process.hpp"

namespace coupon::load::test {

namespace {

using Kind = Treatment::Kind;

constexpr std::int64_t kS = 1'000 * kNsPerMs;

FlowPlan plan_for(const boost::asio::ip::tcp::endpoint& server, Mode mode) {
  const net::http::Url url{.host = "127.0.0.1", .port = server.port(), .base_path = {}};
  const auto& profile = couponsrv_profile();
  return {
      .mode = mode,
      .route = {server, {}},
      .profile = &profile,
      .request = RequestTemplate(profile.request, "C", url, {}),
      .members = MemberSource(MemberFormat::parse("m{:06d}").value()),
      .prime = serialize(url, net::http::Question{.method = "GET", .target = "/healthz", .body = {}, .headers = {}}),
      .stages = Stages(200, kS / 2),
      .duration_ns = kS / 2,
      .connections = 8,
      .threads = 2,
      .timeout_ns = 20 * kS,
      .open_timeout_ns = 20 * kS};
}

FlowResult run(const FlowPlan& plan) {
  RunProgress progress;
  return run_flow(plan, progress, {});
}

std::int64_t count_of(const FlowResult& result, Outcome outcome) {
  return result.figures.classes.at(static_cast<std::size_t>(outcome)).latency.count();
}

RunResult run_of(Mode mode) {
  RunResult run;
  run.mode = mode;
  run.window_ns = kS;
  return run;
}

Observed observed_in(FlowResult result) {
  Observed observed;
  EvidenceKeeper::settle(std::move(result.kept), observed);
  return observed;
}

}  // namespace

TEST(RateFlow, Sends_every_planned_request_once_with_a_member_of_its_own) {
  FlowServer server;
  const auto result = run(plan_for(server.endpoint(), Mode::kRate));
  server.stop();
  EXPECT_TRUE(result.run.released);
  EXPECT_EQ(result.run.planned, 100);
  EXPECT_EQ(result.run.unsent, 0);
  EXPECT_EQ(result.figures.sent, 100);
  EXPECT_EQ(count_of(result, Outcome::kSoldOut), 100);
  EXPECT_EQ(server.asked(), 100);
  EXPECT_EQ(std::set<std::string>(server.bodies().begin(), server.bodies().end()).size(), 100U);
  EXPECT_EQ(server.bodies().count(R"({"couponCode":"C","memberId":"m000100"})"), 1U);
  EXPECT_EQ(server.connections(), 8);
  EXPECT_EQ(server.primed(), 8);
  EXPECT_EQ(result.figures.connect.count(), 8);
}

TEST(RateFlow, Counts_the_wait_for_a_connection_from_the_planned_instant) {
  FlowServer server([](std::int64_t) { return Treatment{.delay = std::chrono::milliseconds(20)}; });
  auto plan = plan_for(server.endpoint(), Mode::kRate);
  plan.threads = 1;
  plan.connections = 1;
  plan.stages = Stages(100, kS / 5);  // 20 requests in 200 ms, of which one connection can take 10
  plan.duration_ns = kS / 5;
  const auto result = run(plan);
  EXPECT_EQ(result.figures.sent + result.run.unsent, 20);
  EXPECT_EQ(result.run.unsent, 0) << "the queue is emptied after the window";
  EXPECT_GE(result.figures.all.latency.max(), 200 * kNsPerMs) << "the last one waited for all before it";
  EXPECT_GE(result.figures.skew.max(), 180 * kNsPerMs);
  EXPECT_GE(result.figures.all.service.min(), 19 * kNsPerMs);
  EXPECT_FALSE(judge_validity(result.run, result.figures, {}).valid()) << "sent late";
}

TEST(RateFlow, Is_not_thinned_out_by_a_stall_and_shows_it_from_the_planned_instant) {
  FlowServer server(
      [](std::int64_t number) { return Treatment{.delay = std::chrono::milliseconds(number < 4 ? 300 : 0)}; });
  auto plan = plan_for(server.endpoint(), Mode::kRate);
  plan.threads = 1;
  plan.connections = 4;  // all of them stall with the first four requests
  const auto result = run(plan);
  EXPECT_EQ(result.figures.sent, 100);
  EXPECT_GE(result.figures.all.latency.max(), 300 * kNsPerMs);
  EXPECT_GE(result.figures.all.latency.percentile(75), 100 * kNsPerMs) << "more than half came during the stall";
}

TEST(RateFlow, Counts_what_it_could_not_send) {
  FlowServer server([](std::int64_t) { return Treatment{.kind = Kind::kSilence, .delay = {}}; });
  auto plan = plan_for(server.endpoint(), Mode::kRate);
  plan.threads = 1;
  plan.connections = 2;
  plan.stages = Stages(100, kS / 10);
  plan.duration_ns = kS / 10;
  plan.timeout_ns = 4 * kS;  // beyond the time for late sends
  const auto result = run(plan);
  EXPECT_EQ(result.figures.sent, 2);
  EXPECT_EQ(result.run.unsent, 8);
  EXPECT_EQ(count_of(result, Outcome::kUnknown), 2);
  EXPECT_FALSE(judge_validity(result.run, result.figures, {}).valid());
}

TEST(RateFlow, Of_shards_is_the_planned_rate_together_with_different_members) {
  std::multiset<std::string> bodies;
  std::int64_t sent = 0;
  for (std::uint32_t index = 1; index <= 3; ++index) {
    FlowServer server;
    auto plan = plan_for(server.endpoint(), Mode::kRate);
    plan.shard = {index, 3};
    plan.evidence = EvidenceScope::kAll;
    const auto result = run(plan);
    server.stop();
    sent += result.figures.sent;
    bodies.insert(server.bodies().begin(), server.bodies().end());
    for (const auto& ask : observed_in(result).asks) {
      // 200 a second: every 5 ms one, in turn.
      EXPECT_EQ(ask.plan_ns - result.run.release_ns, std::int64_t{ask.seq * 3 + index - 1} * 5 * kNsPerMs);
    }
  }
  EXPECT_EQ(sent, 100);
  EXPECT_EQ(std::set<std::string>(bodies.begin(), bodies.end()).size(), 100U);
  EXPECT_EQ(bodies.count(R"({"couponCode":"C","memberId":"m000100"})"), 1U);
}

TEST(ClosedFlow, Of_shards_asks_for_different_members_however_long_it_lasts) {
  const coupon::test::TempFolder folder;
  coupon::test::write_file(folder.file("members.txt"), "ann\nbob\ncarl\n");
  const MemberShape shape{
      .kind = MemberShape::Kind::kFile, .format = {}, .start = 1, .path = folder.file("members.txt")};
  std::set<std::string> bodies[2];
  for (std::uint32_t index = 1; index <= 2; ++index) {
    FlowServer server;
    auto plan = plan_for(server.endpoint(), Mode::kClosed);
    plan.members = MemberSource::make(shape, 1).value();
    plan.shard = {index, 2};
    plan.duration_ns = kS / 10;
    EXPECT_GT(run(plan).figures.sent, 3);
    server.stop();
    bodies[index - 1].insert(server.bodies().begin(), server.bodies().end());
  }
  EXPECT_EQ(bodies[0], (std::set<std::string>{R"({"couponCode":"C","memberId":"ann"})",
                                              R"({"couponCode":"C","memberId":"carl"})"}));
  EXPECT_EQ(bodies[1], (std::set<std::string>{R"({"couponCode":"C","memberId":"bob"})"}));
}

TEST(Flow, Begins_at_the_instant_that_it_is_told_and_says_when_it_is_late) {
  for (const auto mode : {Mode::kRate, Mode::kClosed}) {
    FlowServer server;
    auto plan = plan_for(server.endpoint(), mode);
    plan.duration_ns = kS / 10;
    plan.stages = Stages(200, plan.duration_ns);
    plan.start_ns = now_ns() + kS / 2;
    const auto planned = run(plan);
    EXPECT_EQ(planned.run.release_ns, *plan.start_ns + planned.run.late_ns);
    EXPECT_GE(planned.run.late_ns, 0);
    EXPECT_GT(planned.figures.sent, 0);
    plan.start_ns = now_ns() - kS;
    const auto late = run(plan);
    EXPECT_GE(late.run.late_ns, kS);
    EXPECT_FALSE(judge_validity(late.run, late.figures, {}).valid());
  }
}

TEST(Flow, Stopped_while_it_waits_for_its_start_sends_nothing) {
  FlowServer server;
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.start_ns = now_ns() + 3'600 * kS;
  std::stop_source stop;
  RunProgress progress;
  auto pending = std::async(std::launch::async, [&] { return run_flow(plan, progress, stop.get_token()); });
  while (progress.phase.load() != RunProgress::Phase::kWaiting) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(pending.get().run.released);
  server.stop();
  EXPECT_EQ(server.asked(), 0);
}

TEST(ClosedFlow, Keeps_every_connection_busy_and_gives_each_request_another_member) {
  FlowServer server;
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.same_user = 2;
  plan.threads = 1;
  const auto result = run(plan);
  server.stop();
  EXPECT_GT(result.figures.sent, 8);
  EXPECT_EQ(result.figures.sent, server.asked());
  EXPECT_EQ(server.bodies().count(R"({"couponCode":"C","memberId":"m000001"})"), 2U);
  EXPECT_EQ(result.run.planned, result.figures.sent);
  EXPECT_EQ(result.run.threads.size(), 1U);
  const auto observed = observed_in(result);
  ASSERT_TRUE(observed.left_out) << "thousands of refusals are counted, not kept";
  EXPECT_EQ(observed.left_out->members, (result.figures.sent + 1) / 2);
}

TEST(ClosedFlow, Thinks_between_an_answer_and_the_next_request) {
  FlowServer server;
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.think_ns = 100 * kNsPerMs;
  const auto result = run(plan);
  EXPECT_LE(result.figures.sent, 8 * 5) << "8 connections, half a second, at most every 100 ms";
  EXPECT_GE(result.figures.sent, 8);
}

TEST(ClosedFlow, Warms_up_with_prime_requests_only_and_does_not_count_them) {
  FlowServer server;
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.warmup_ns = kS / 5;
  const auto result = run(plan);
  server.stop();
  EXPECT_GT(server.primed(), 8);
  EXPECT_EQ(result.figures.sent, server.asked());
}

TEST(ClosedFlow, Opens_a_new_connection_when_the_server_closes_after_an_answer) {
  FlowServer server([](std::int64_t) { return Treatment{.kind = Kind::kAnswerAndClose, .delay = {}}; });
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.think_ns = 20 * kNsPerMs;  // so that the end is noticed before the next request
  const auto result = run(plan);
  server.stop();
  EXPECT_EQ(count_of(result, Outcome::kSoldOut) + count_of(result, Outcome::kUnknown), result.figures.sent);
  EXPECT_GE(count_of(result, Outcome::kSoldOut), 8);
  EXPECT_GT(server.connections(), 8);
}

TEST(ClosedFlow, Never_repeats_a_request_whose_connection_was_cut) {
  FlowServer server([](std::int64_t number) {
    return Treatment{.kind = number % 3 == 0 ? Kind::kClose : Kind::kAnswer, .delay = std::chrono::milliseconds(2)};
  });
  const auto result = run(plan_for(server.endpoint(), Mode::kClosed));
  server.stop();
  EXPECT_EQ(server.asked(), result.figures.sent);
  EXPECT_EQ(count_of(result, Outcome::kUnknown), (server.asked() + 2) / 3);
  EXPECT_EQ(std::set<std::string>(server.bodies().begin(), server.bodies().end()).size(), server.bodies().size());
}

TEST(ClosedFlow, Counts_a_request_without_an_answer_as_unknown_after_the_timeout) {
  FlowServer server([](std::int64_t number) {
    return Treatment{.kind = number < 3 ? Kind::kSilence : Kind::kAnswer, .delay = std::chrono::milliseconds(5)};
  });
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.timeout_ns = kS / 5;
  const auto observed = observed_in(run(plan));
  std::int64_t timeouts = 0;
  for (const auto& ask : observed.asks) {
    if (ask.fate != Fate::kTimeout) continue;
    ++timeouts;
    EXPECT_EQ(ask.outcome, Outcome::kUnknown);
    EXPECT_GE(ask.done_ns - ask.send_ns, kS / 5);
    EXPECT_FALSE(ask.member.empty());
  }
  EXPECT_GE(timeouts, 3);
}

TEST(ColdFlow, Opens_a_connection_for_every_request) {
  for (const auto mode : {Mode::kRate, Mode::kClosed}) {
    FlowServer server([](std::int64_t) { return Treatment{.delay = std::chrono::milliseconds(2)}; });
    auto plan = plan_for(server.endpoint(), mode);
    plan.cold = true;
    const auto result = run(plan);
    server.stop();
    EXPECT_EQ(server.connections(), server.asked()) << name_of(mode);
    EXPECT_EQ(result.figures.sent, server.asked());
    EXPECT_EQ(result.figures.connect.count(), server.asked());
  }
}

TEST(Flow, Connects_from_each_source_in_turn) {
  FlowServer server;
  auto plan = plan_for(server.endpoint(), Mode::kRate);
  plan.route.sources = {parse_source("127.0.0.2").value(), parse_source("127.0.0.3").value()};
  const auto result = run(plan);
  server.stop();
  EXPECT_EQ(result.figures.sent, 100);
  EXPECT_EQ(server.clients(), (std::set<std::string>{"127.0.0.2", "127.0.0.3"}));
}

TEST(Flow, Is_not_released_when_no_connection_opens) {
  const boost::asio::ip::tcp::endpoint nobody(boost::asio::ip::address_v4::loopback(), coupon::test::unused_port());
  const auto result = run(plan_for(nobody, Mode::kClosed));
  EXPECT_FALSE(result.run.released);
  EXPECT_GT(result.run.trouble.failed, 0);
  EXPECT_FALSE(result.run.trouble.first.empty());
}

TEST(Flow, Stopped_while_it_runs_counts_what_is_under_way_as_unknown) {
  std::promise<void> asked;
  FlowServer server([&](std::int64_t number) {
    if (number == 7) asked.set_value();
    return Treatment{.kind = Kind::kSilence, .delay = {}};
  });
  auto plan = plan_for(server.endpoint(), Mode::kClosed);
  plan.duration_ns = 3'600 * kS;
  std::stop_source stop;
  RunProgress progress;
  auto pending = std::async(std::launch::async, [&] { return run_flow(plan, progress, stop.get_token()); });
  asked.get_future().wait();
  stop.request_stop();
  const auto observed = observed_in(pending.get());
  ASSERT_EQ(observed.asks.size(), 8U);
  for (const auto& ask : observed.asks) EXPECT_EQ(ask.fate, Fate::kInterrupted);
}

TEST(AnswerCache, Knows_only_the_very_same_bytes_and_no_grants) {
  AnswerCache cache;
  cache.remember({"HTTP/1.1 409 a", {.outcome = Outcome::kSoldOut, .id = {}, .code = "C"}, 409, true});
  cache.remember({"HTTP/1.1 200 a", {.outcome = Outcome::kIssued, .id = "id1", .code = {}}, 200, true});
  cache.remember({std::string(kCachedBytesMax + 1, 'x'), {}, 200, true});
  ASSERT_NE(cache.find("HTTP/1.1 409 a"), nullptr);
  EXPECT_EQ(cache.find("HTTP/1.1 409 a")->meaning.code, "C");
  EXPECT_EQ(cache.find("HTTP/1.1 409 b"), nullptr);
  EXPECT_EQ(cache.find("HTTP/1.1 200 a"), nullptr);
  EXPECT_EQ(cache.find(std::string(kCachedBytesMax + 1, 'x')), nullptr);
  EXPECT_EQ(cache.find(""), nullptr);
}

TEST(Validity, Of_a_closed_run_marks_times_that_are_the_generators_own) {
  auto run = run_of(Mode::kClosed);
  run.connections = 10;
  run.threads.emplace_back();
  run.threads[0].wall_ns = kS;
  run.threads[0].cpu_ns = kS * 95 / 100;
  run.threads[0].lag.record(2 * kNsPerMs);
  Figures figures;
  figures.all.latency.record(3 * kNsPerMs);
  figures.busy_ns = 10 * kS;
  const auto busy = judge_validity(run, figures, {});
  EXPECT_TRUE(busy.valid()) << "its throughput is still a lower bound";
  EXPECT_FALSE(busy.latency_invalid.empty());
  run.threads[0].cpu_ns = kS / 2;
  EXPECT_TRUE(judge_validity(run, figures, {}).latency_invalid.empty());
}

TEST(Validity, Of_a_closed_run_ends_with_a_contradiction_to_Littles_law) {
  auto run = run_of(Mode::kClosed);
  run.connections = 10;
  Figures figures;
  figures.busy_ns = 9 * kS;
  EXPECT_NEAR(little_error(run, figures), -0.1, 1e-9);
  EXPECT_FALSE(judge_validity(run, figures, {}).valid());
  run.think_ns = 1;
  EXPECT_TRUE(judge_validity(run, figures, {}).valid()) << "with think time connections are idle";
}

TEST(Validity, Of_a_rate_ends_with_late_sends_and_a_rate_not_reached) {
  auto run = run_of(Mode::kRate);
  run.planned = 1'000;
  Figures figures;
  figures.sent_in_window = 995;
  EXPECT_TRUE(judge_validity(run, figures, {}).valid());
  figures.sent_in_window = 980;
  EXPECT_EQ(judge_validity(run, figures, {}).reasons.size(), 1U);
  figures.skew.record(20 * kNsPerMs);
  EXPECT_EQ(judge_validity(run, figures, {}).reasons.size(), 2U);
}

}  // namespace coupon::load::test
