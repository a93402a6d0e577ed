#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "builders.hpp"
#include "couponload/report/run_report.hpp"

namespace coupon::load::test {

using nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

RunReport report_of(Observed observed) {
  RunReport report;
  report.scenario.code = "FLASH100";
  report.scenario.url = "http://shop";
  report.observed = std::move(observed);
  report.burst.released = true;
  report.burst.shots.resize(report.observed.asks.size());
  for (std::size_t i = 0; i < report.burst.shots.size(); ++i) {
    report.burst.shots[i].fate = report.observed.asks[i].fate;
    report.burst.shots[i].connect_ns = kStepNs;
  }
  report.burst.threads.emplace_back();
  report.burst.threads.back().wall_ns = 100 * kStepNs;
  report.burst.threads.back().run_delay_ns = kStepNs;
  report.figures = summarize(report.burst, report.observed.asks);
  report.invariants = check_all(report.observed);
  report.validity = judge_validity(report.burst, report.figures, report.limits);
  report.exit = decide(findings_of(report.invariants, false, report.validity.valid()));
  return report;
}

}  // namespace

TEST(ExitCode, Is_the_first_of_violated_interrupted_invalid_inconclusive) {
  EXPECT_EQ(decide({}), ExitCode::kPass);
  EXPECT_EQ(decide({.violated = false, .inconclusive = true, .interrupted = false, .invalid = false}),
            ExitCode::kInvalid);
  EXPECT_EQ(decide({.violated = false, .inconclusive = false, .interrupted = false, .invalid = true}),
            ExitCode::kInvalid);
  EXPECT_EQ(decide({.violated = false, .inconclusive = true, .interrupted = true, .invalid = true}),
            ExitCode::kInterrupted);
  EXPECT_EQ(decide({.violated = true, .inconclusive = true, .interrupted = true, .invalid = true}),
            ExitCode::kCorrectness);
}

TEST(ExitCode, Has_the_numbers_that_scripts_rely_on) {
  EXPECT_EQ(static_cast<int>(ExitCode::kPass), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kUnreachable), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kCorrectness), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::kInvalid), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
}

TEST(Percentiles, Are_marked_below_ten_samples_beyond_them) {
  EXPECT_FALSE(enough_samples(19, 50));
  EXPECT_TRUE(enough_samples(20, 50));
  EXPECT_FALSE(enough_samples(999, 99));
  EXPECT_TRUE(enough_samples(1'000, 99));
  EXPECT_FALSE(enough_samples(9'999, 99.9));
  EXPECT_TRUE(enough_samples(10'000, 99.9));
}

TEST(Figures, Count_latency_from_the_release_and_service_from_the_send) {
  BurstResult burst;
  burst.release_ns = 0;
  const auto figures = summarize(burst, {issued(4, 1)});
  const auto& issued_class = figures.classes.at(static_cast<std::size_t>(Outcome::kIssued));
  EXPECT_NEAR(static_cast<double>(issued_class.latency.max()), 4.5e6, 4.5e3);
  EXPECT_NEAR(static_cast<double>(issued_class.service.max()), 0.5e6, 0.5e3);
  EXPECT_NEAR(static_cast<double>(figures.skew.max()), 4e6, 4e3);
  EXPECT_EQ(figures.last_answer_ns, 4'500'000);
}

TEST(Figures, Group_answers_by_status_and_code_most_frequent_first) {
  auto one = ask(0, Outcome::kError);
  one.status = 409;
  one.code = "COUPON-004";
  const auto figures = summarize({}, {issued(9, 1), one, one, ask(3, Outcome::kUnknown)});
  ASSERT_EQ(figures.answers.size(), 3U);
  EXPECT_EQ(figures.answers[0].code, "COUPON-004");
  EXPECT_EQ(figures.answers[0].count, 2);
  EXPECT_EQ(figures.answers[2].code, "timeout");
}

TEST(Validity, Holds_for_a_generator_that_kept_up) { EXPECT_TRUE(report_of(honest()).validity.valid()); }

TEST(Validity, Ends_with_lag_run_delay_skew_unsent_requests_and_missing_resources) {
  const auto reasons_after = [](auto&& change) {
    auto report = report_of(honest());
    change(report);
    return judge_validity(report.burst, report.figures, report.limits).reasons;
  };
  using testing::ElementsAre;
  EXPECT_THAT(reasons_after([](RunReport& r) { r.burst.threads[0].lag.record(9 * kStepNs); }),
              ElementsAre(HasSubstr("heartbeat lag p99 9.0 ms is above 5.0 ms")));
  EXPECT_THAT(reasons_after([](RunReport& r) { r.burst.threads[0].run_delay_ns = 11 * kStepNs; }),
              ElementsAre(HasSubstr("without a core for 11.0 % of the time")));
  EXPECT_THAT(reasons_after([](RunReport& r) { r.limits.skew_ns = kStepNs; }),
              ElementsAre(HasSubstr("the last request")));
  EXPECT_THAT(reasons_after([](RunReport& r) { r.figures.unsent = 3; }),
              ElementsAre(HasSubstr("3 requests were not sent")));
  EXPECT_THAT(reasons_after([](RunReport& r) { r.burst.trouble.out_of_ports = 1; }),
              ElementsAre(HasSubstr("local ports")));
  EXPECT_THAT(reasons_after([](RunReport& r) { r.burst.trouble.out_of_descriptors = 1; }),
              ElementsAre(HasSubstr("file descriptors")));
}

TEST(Validity, Does_not_judge_what_the_kernel_does_not_tell) {
  auto report = report_of(honest());
  report.burst.threads[0].run_delay_ns.reset();
  EXPECT_TRUE(judge_validity(report.burst, report.figures, report.limits).valid());
}

TEST(Verdict, Of_an_honest_run_says_what_happened_in_one_line) {
  EXPECT_EQ(
      render_verdict(report_of(honest())),
      "VERDICT pass: 3 issued, 2 sold out, 0 errors, 0 unknown; 0 over, 0 twice; every 200 has a row in the ledger");
}

TEST(Verdict, Names_the_violated_invariants_and_by_how_much) {
  auto run = honest();
  run.after->issued = 5;
  EXPECT_THAT(render_verdict(report_of(run)), StartsWith("VERDICT fail: violated quota, count; 3 issued"));
  EXPECT_THAT(render_verdict(report_of(run)), HasSubstr("; 2 over, 0 twice; "));
}

TEST(Verdict, Does_not_count_a_grant_from_before_that_is_told_again_as_one_too_many) {
  auto run = honest();
  run.before = run.after = Counts{3, 3, 3};
  for (auto& replay : run.replays) replay.outcome = Outcome::kIssued;
  EXPECT_THAT(render_verdict(report_of(run)), HasSubstr("; 0 over, 0 twice; "));
}

TEST(Verdict, Does_not_count_a_second_grant_that_stayed_pending) {
  auto run = honest();
  run.asks[4] = ask(0, Outcome::kPending);
  run.asks[4].id = "id9";
  EXPECT_THAT(render_verdict(report_of(run)), StartsWith("VERDICT inconclusive: cannot be told: once; "));
  EXPECT_THAT(render_verdict(report_of(run)), HasSubstr("; 0 over, 0 twice; "));
  run.asks[4].outcome = Outcome::kIssued;
  EXPECT_THAT(render_verdict(report_of(run)), HasSubstr(", 1 twice; "));
}

TEST(Verdict, Says_how_many_grants_have_a_row_when_not_all_have) {
  auto run = honest();
  run.readbacks[0].state = Readback::State::kUnrecorded;
  EXPECT_THAT(render_verdict(report_of(run)), EndsWith("2 of 3 grants have a row in the ledger"));
}

TEST(Verdict, Distinguishes_invalid_from_inconclusive) {
  auto report = report_of(honest());
  report.exit = ExitCode::kInvalid;
  report.validity.reasons = {"too slow"};
  EXPECT_THAT(render_verdict(report), StartsWith("VERDICT invalid: too slow; "));
  report.validity.reasons.clear();
  report.invariants[1].status = Judgement::kInconclusive;
  EXPECT_THAT(render_verdict(report), StartsWith("VERDICT inconclusive: cannot be told: fill; "));
}

TEST(Verdict, Groups_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(9'900), "9,900");
  EXPECT_EQ(grouped(-1'234'567), "-1,234,567");
}

TEST(Table, Shows_classes_that_occurred_marks_and_ends_with_the_verdict) {
  const auto text = render_table(report_of(honest()));
  EXPECT_THAT(text, HasSubstr("\n  issued             3"));
  EXPECT_THAT(text, Not(HasSubstr("\n  pending")));
  EXPECT_THAT(text, HasSubstr("* too few samples"));
  EXPECT_THAT(text, HasSubstr("SYN retransmits"));
  EXPECT_THAT(text, HasSubstr("every 200 has a row in the ledger\n"));
  EXPECT_EQ(text.find("VERDICT"), text.rfind('\n', text.size() - 2) + 1) << "the last line";
}

TEST(Json, Has_the_shape_of_couponload_run_1) {
  const auto document = json::parse(render_json(report_of(honest())));
  EXPECT_EQ(document.at("schema"), "couponload.run/1");
  EXPECT_EQ(document.at("exit"), 0);
  EXPECT_TRUE(document.at("thresholds").is_array());
  for (const auto* key : {"host", "scenario", "repeats", "verdict", "version"})
    EXPECT_TRUE(document.contains(key)) << key;
  const auto& repeat = document.at("repeats").at(0);
  for (const auto* key : {"classes", "connect", "skew", "validity", "invariants", "answers", "counts"}) {
    EXPECT_TRUE(repeat.contains(key)) << key;
  }
  EXPECT_EQ(repeat.at("classes").size(), kOutcomeCount);
  EXPECT_EQ(repeat.at("classes").at(0).at("class"), "issued");
  EXPECT_EQ(repeat.at("classes").at(0).at("count"), 3);
  EXPECT_EQ(repeat.at("invariants").size(), 9U);
  EXPECT_TRUE(repeat.at("connect").contains("syn_retransmits"));
}

TEST(Json, Has_integer_nanoseconds_and_histograms_that_decode) {
  const auto document = json::parse(render_json(report_of(honest())));
  const auto& latency = document.at("repeats").at(0).at("classes").at(0).at("latency");
  for (const auto& [key, value] : latency.items()) {
    if (key != "histogram") {
      EXPECT_TRUE(value.is_number_integer()) << key;
    }
  }
  const auto decoded = base::Histogram::decode(latency.at("histogram").get<std::string>());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->count(), 3);
  EXPECT_EQ(decoded->max(), latency.at("max_ns"));
}

TEST(Json, Stays_valid_when_a_server_answers_bytes_that_are_no_text) {
  auto run = honest();
  run.asks[0].id = run.asks[1].id = "\xff\xfe";
  EXPECT_NO_THROW({ EXPECT_TRUE(json::parse(render_json(report_of(run))).contains("repeats")); });
}

}  // namespace coupon::load::test
