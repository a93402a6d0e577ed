#include "couponload/report/threshold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/couponload/report/samples.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

std::string fault(std::string_view text) {
  const auto parsed = parse_threshold(text);
  return parsed ? "" : parsed.error().message;
}

ThresholdResult judged(std::string_view text, const Trust& trust = {}) {
  return judge(parse_threshold(text).value(), report_of(honest()).figures, trust);
}

bool holds(std::string_view text) { return judged(text).status == ThresholdStatus::kPass; }

}  // namespace

TEST(Threshold, Has_defaults_for_class_and_metric) {
  const auto threshold = parse_threshold("p(99) < 50ms").value();
  EXPECT_FALSE(threshold.outcome);
  EXPECT_EQ(threshold.metric, Metric::kLatency);
  EXPECT_EQ(threshold.aggregate, Aggregate::kPercentile);
  EXPECT_DOUBLE_EQ(threshold.percentile, 99);
  EXPECT_EQ(threshold.comparison, Comparison::kBelow);
  EXPECT_DOUBLE_EQ(threshold.limit, 50e6);
  EXPECT_EQ(threshold.text, "p(99) < 50ms");
}

TEST(Threshold, Names_class_metric_and_unit) {
  const auto threshold = parse_threshold("sold_out service p(99.9)<=800us").value();
  EXPECT_EQ(threshold.outcome, Outcome::kSoldOut);
  EXPECT_EQ(threshold.metric, Metric::kService);
  EXPECT_DOUBLE_EQ(threshold.percentile, 99.9);
  EXPECT_EQ(threshold.comparison, Comparison::kAtMost);
  EXPECT_DOUBLE_EQ(threshold.limit, 800e3);
  EXPECT_DOUBLE_EQ(parse_threshold("all max > 1.5 s").value().limit, 1.5e9);
  EXPECT_EQ(parse_threshold("connect p95 != 1ms").value().metric, Metric::kConnect);
  EXPECT_EQ(parse_threshold("ttfb med == 0").value().aggregate, Aggregate::kMedian);
}

TEST(Threshold, That_is_wrong_names_the_word_and_what_is_allowed) {
  EXPECT_THAT(fault(""), HasSubstr("ends too early; expected a class (issued, pending"));
  EXPECT_THAT(fault("isued p(99) < 1ms"), HasSubstr("'isued' must be a class (issued, pending"));
  EXPECT_THAT(fault("issued latenzy p(99) < 1ms"), HasSubstr("'latenzy' must be a metric (latency, service"));
  EXPECT_THAT(fault("latency q < 1ms"), HasSubstr("'q' must be p(N), avg, min"));
  EXPECT_THAT(fault("p(101) < 1ms"), HasSubstr("'p(101)'"));
  EXPECT_THAT(fault("p(99 < 1ms"), HasSubstr("'p(99'"));
  EXPECT_THAT(fault("p(99) =< 1ms"), HasSubstr("'=<' must be < <= > >= == or !="));
  EXPECT_THAT(fault("p(99)"), HasSubstr("expected < <= >"));
  EXPECT_THAT(fault("p(99) < 50"), HasSubstr("a time such as 50ms"));
  EXPECT_THAT(fault("p(99) < 50m"), HasSubstr("a time such as 50ms"));
  EXPECT_THAT(fault("p(99) < -1ms"), HasSubstr("'-1ms' must be a time"));
  EXPECT_THAT(fault("p(99) < nan"), HasSubstr("'nan' must be a time"));
  EXPECT_THAT(fault("count > 5ms"), HasSubstr("a number without a unit"));
  EXPECT_THAT(fault("p(99) < 5ms more"), HasSubstr("'more' must be nothing after the number"));
  EXPECT_THAT(fault("issued connect max < 1s"), HasSubstr("connect and skew are of all requests"));
  EXPECT_THAT(fault("skew rate < 1"), HasSubstr("leave connect or skew out"));
}

TEST(Threshold, Is_judged_on_the_class_and_metric_it_names) {
  // Three issued with latencies 0.5, 1.5, 2.5 ms, two sold out with 3.5 and 4.5 ms; service is 0.5 ms of each.
  EXPECT_TRUE(holds("max < 4.6ms"));
  EXPECT_FALSE(holds("max < 4.4ms"));
  EXPECT_TRUE(holds("issued max < 2.6ms"));
  EXPECT_TRUE(holds("service max < 0.6ms"));
  EXPECT_TRUE(holds("issued med >= 1.4ms"));
  EXPECT_TRUE(holds("avg > 2.4ms"));
  EXPECT_TRUE(holds("min < 0.6ms"));
  EXPECT_TRUE(holds("issued count == 3"));
  EXPECT_TRUE(holds("sold_out rate == 0.4"));
  EXPECT_TRUE(holds("rps > 1000"));
  EXPECT_FALSE(holds("rps > 2000"));
}

TEST(Threshold, Without_samples_fails_except_count_rate_and_rps) {
  EXPECT_EQ(judged("error p(99) < 1s").status, ThresholdStatus::kFail);
  EXPECT_FALSE(judged("error p(99) < 1s").actual);
  EXPECT_FALSE(holds("error max != 1s"));
  EXPECT_TRUE(holds("error count == 0"));
  EXPECT_TRUE(holds("error rate < 0.01"));
  EXPECT_TRUE(holds("error rps == 0"));
}

TEST(Threshold, Of_an_invalid_repeat_says_nothing) {
  EXPECT_EQ(judged("max < 1s", {.figures = false, .times = true}).status, ThresholdStatus::kInvalid);
  EXPECT_EQ(judged("count > 0", {.figures = false, .times = true}).status, ThresholdStatus::kInvalid);
}

TEST(Threshold, Of_times_says_nothing_when_only_counts_are_trusted) {
  EXPECT_EQ(judged("max < 1s", {.figures = true, .times = false}).status, ThresholdStatus::kInvalid);
  EXPECT_EQ(judged("count > 0", {.figures = true, .times = false}).status, ThresholdStatus::kPass);
}

TEST(Threshold, That_is_missed_is_named_in_the_verdict) {
  const auto report = report_of(honest(), [](RunReport& r) {
    judge_thresholds({parse_threshold("max < 1ms").value(), parse_threshold("count > 0").value()}, r);
  });
  EXPECT_EQ(report.exit, ExitCode::kThreshold);
  EXPECT_THAT(render_verdict(report), testing::StartsWith("VERDICT threshold: missed max < 1ms; 3 issued"));
}

}  // namespace coupon::load::test
