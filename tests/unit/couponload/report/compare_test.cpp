#include "couponload/compare/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "couponload/compare/rank_test.hpp"
#include "unit/couponload/report/samples.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

// A result whose repeats have one latency each, in ms.
RunDocument result_of(const std::vector<double>& latencies_ms) {
  RunDocument document;
  document.scenario.requests = 1;
  for (const auto ms : latencies_ms) {
    auto one = issued(0, 1);
    one.done_ns = static_cast<std::int64_t>(ms * kStepNs);
    one.send_ns = one.done_ns / 2;
    Observed observed;
    observed.asks = {one};
    document.repeats.push_back(make_repeat(report_of(observed)));
  }
  return document;
}

RunComparison compared(const std::vector<double>& a, const std::vector<double>& b) {
  return compare({result_of(a)}, {result_of(b)}, 0.05).value();
}

const std::vector<double> kQuiet{10, 10.1, 10.2, 10.3, 10.4};

}  // namespace

TEST(MannWhitney, Has_the_exact_p_of_published_tables) {
  // Complete separation: 2 of all ways to choose.
  EXPECT_NEAR(mann_whitney_p({1, 2, 3}, {4, 5, 6}), 2.0 / 20, 1e-12);
  EXPECT_NEAR(mann_whitney_p({1, 2, 3, 4}, {5, 6, 7, 8}), 2.0 / 70, 1e-12);
  EXPECT_NEAR(mann_whitney_p({1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}), 2.0 / 252, 1e-12);
  // n = 5 and 5: U = 1, 2, 3 have 4, 8, 14 of 252.
  EXPECT_NEAR(mann_whitney_p({1, 2, 3, 4, 6}, {5, 7, 8, 9, 10}), 4.0 / 252, 1e-12);
  EXPECT_NEAR(mann_whitney_p({1, 2, 3, 4, 7}, {5, 6, 8, 9, 10}), 8.0 / 252, 1e-12);
  EXPECT_NEAR(mann_whitney_p({1, 2, 3, 4, 8}, {5, 6, 7, 9, 10}), 14.0 / 252, 1e-12);
}

TEST(MannWhitney, Agrees_with_the_critical_values_of_the_tables) {
  // Two-sided 5 %: 13 for 8 and 8, 23 for 10 and 10, 127 for 20 and 20.
  const auto p_of = [](int n, int wanted) {
    // The first sample holds the lowest n ranks, with the highest of them moved up until U is as wanted.
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < n; ++i) a.push_back(i);
    for (int i = 0; i < n; ++i) b.push_back(n + i);
    int u = 0;
    for (int i = n - 1; i >= 0 && u < wanted; --i) {
      const auto step = std::min(wanted - u, n);
      a[static_cast<std::size_t>(i)] = n + step - 0.5 - 0.001 * (n - i);
      u += step;
    }
    EXPECT_DOUBLE_EQ(mann_whitney_u(a, b), wanted);
    return mann_whitney_p(a, b);
  };
  EXPECT_LE(p_of(8, 13), 0.05);
  EXPECT_GT(p_of(8, 14), 0.05);
  EXPECT_LE(p_of(10, 23), 0.05);
  EXPECT_GT(p_of(10, 24), 0.05);
  EXPECT_LE(p_of(20, 127), 0.05);
  EXPECT_GT(p_of(20, 128), 0.05);
}

TEST(MannWhitney, Is_exact_with_ties) {
  // Ranks 1.5 1.5 3 4: of the six pairs two are as far from the mean 5 as {1.5, 1.5}.
  EXPECT_NEAR(mann_whitney_p({1, 1}, {2, 3}), 2.0 / 6, 1e-12);
  EXPECT_DOUBLE_EQ(mann_whitney_p({7, 7, 7}, {7, 7, 7}), 1);
}

TEST(MannWhitney, Does_not_depend_on_which_sample_is_first) {
  const std::vector<double> a{3, 1, 4, 1, 5};
  const std::vector<double> b{9, 2, 6, 5, 3, 5};
  EXPECT_DOUBLE_EQ(mann_whitney_p(a, b), mann_whitney_p(b, a));
}

TEST(Holm, Steps_down_and_never_decreases) {
  EXPECT_THAT(holm({0.01, 0.04, 0.03}),
              testing::ElementsAre(testing::DoubleNear(0.03, 1e-12), testing::DoubleNear(0.06, 1e-12),
                                   testing::DoubleNear(0.06, 1e-12)));
  EXPECT_THAT(holm({0.9, 0.8}), testing::Each(testing::Le(1.0)));
}

TEST(Compare, Of_the_same_says_no_difference) {
  const auto comparison = compared(kQuiet, kQuiet);
  EXPECT_EQ(exit_of(comparison), ExitCode::kPass);
  EXPECT_THAT(render(comparison, base::OutputFormat::kTable), HasSubstr("VERDICT pass: no difference beyond 5 %"));
}

TEST(Compare, Finds_a_server_slowed_by_ten_percent) {
  const auto comparison = compared(kQuiet, {11, 11.1, 11.2, 11.3, 11.4});
  EXPECT_EQ(exit_of(comparison), ExitCode::kThreshold);
  EXPECT_EQ(comparison.metrics.at(0).metric, "latency p50");
  EXPECT_EQ(comparison.metrics.at(0).change, Change::kWorse);
  EXPECT_NEAR(comparison.metrics.at(0).p, 2.0 / 252, 1e-12);
  EXPECT_LT(comparison.metrics.at(0).p_holm, kSignificance);
  EXPECT_THAT(render(comparison, base::OutputFormat::kTable), HasSubstr("VERDICT regression: latency p50 +9.8 %"));
}

TEST(Compare, Calls_what_is_faster_better_and_no_regression) {
  const auto comparison = compared({11, 11.1, 11.2, 11.3, 11.4}, kQuiet);
  EXPECT_EQ(exit_of(comparison), ExitCode::kPass);
  EXPECT_EQ(comparison.metrics.at(0).change, Change::kBetter);
}

TEST(Compare, Lets_a_proven_change_within_the_band_pass) {
  const auto comparison = compared(kQuiet, {10.45, 10.46, 10.47, 10.48, 10.49});
  EXPECT_LT(comparison.metrics.at(0).p_holm, kSignificance);
  EXPECT_EQ(exit_of(comparison), ExitCode::kPass);
}

TEST(Compare, Lets_a_large_change_that_may_be_luck_pass) {
  EXPECT_EQ(exit_of(compared({10, 10, 10, 30, 30}, {12, 12, 12, 12, 12})), ExitCode::kPass);
}

TEST(Compare, With_fewer_than_five_repeats_gives_ratios_only) {
  const auto comparison = compared({10, 10, 10, 10}, {20, 20, 20, 20});
  EXPECT_EQ(exit_of(comparison), ExitCode::kInvalid);
  EXPECT_NEAR(comparison.metrics.at(0).shift, 1, 0.01);
  EXPECT_EQ(comparison.metrics.at(0).change, Change::kUntold);
  EXPECT_THAT(render(comparison, base::OutputFormat::kTable), HasSubstr("ratios only"));
}

TEST(Compare, Leaves_invalid_repeats_out) {
  auto b = result_of(kQuiet);
  b.repeats[0].validity.judged.reasons = {"too slow"};
  const auto comparison = compare({result_of(kQuiet)}, {b}, 0.05).value();
  EXPECT_EQ(comparison.repeats_b, 4U);
  EXPECT_EQ(comparison.left_out, 1U);
  EXPECT_EQ(exit_of(comparison), ExitCode::kInvalid);
}

TEST(Compare, Puts_several_results_of_a_side_together) {
  const auto comparison = compare({result_of({10, 10, 10}), result_of({10, 10})}, {result_of(kQuiet)}, 0.05);
  EXPECT_EQ(comparison.value().repeats_a, 5U);
}

TEST(Compare, Refuses_another_scenario_and_names_the_difference) {
  auto b = result_of(kQuiet);
  b.scenario.requests = 2;
  EXPECT_THAT(compare({result_of(kQuiet)}, {b}, 0.05).error().message, HasSubstr("requests is 1 in one and 2"));
  b = result_of(kQuiet);
  b.scenario.profile_sha256 = "beef";
  EXPECT_THAT(compare({result_of(kQuiet)}, {b}, 0.05).error().message, HasSubstr("SHA-256"));
}

TEST(Compare, As_json_says_the_same) {
  const auto json =
      nlohmann::json::parse(render(compared(kQuiet, {11, 11.1, 11.2, 11.3, 11.4}), base::OutputFormat::kJson));
  EXPECT_EQ(json.at("exit"), 4);
  EXPECT_EQ(json.at("metrics").at(0).at("change"), "worse");
}

}  // namespace coupon::load::test
