#include "base/histogram.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "unit/base/histogram_samples.hpp"

namespace coupon::base {
namespace {

constexpr std::int64_t kMaxCount = std::numeric_limits<std::int64_t>::max();

Histogram one_to(std::int64_t last) {
  Histogram histogram(1, 1'000'000, 3);
  for (std::int64_t value = 1; value <= last; ++value) histogram.record(value);
  return histogram;
}

TEST(Histogram, Empty_one_answers_zero_to_everything) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.stddev(), 0);
  EXPECT_EQ(histogram.percentile(99), 0);
  EXPECT_TRUE(histogram.buckets().empty());
  EXPECT_TRUE(histogram.percentile_rows(5).empty());
}

TEST(Histogram, Percentile_of_uniform_values_is_exact_to_three_digits) {
  const auto histogram = one_to(100'000);
  for (const double percentile : {0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const double exact = percentile * 1000;
    EXPECT_NEAR(static_cast<double>(histogram.percentile(percentile)), exact, exact / 1000) << percentile;
  }
}

TEST(Histogram, Small_values_are_kept_exactly) {
  const auto histogram = one_to(1000);
  EXPECT_EQ(histogram.min(), 1);
  EXPECT_EQ(histogram.max(), 1000);
  EXPECT_EQ(histogram.percentile(50), 500);
  EXPECT_EQ(histogram.percentile(99.9), 999);
  EXPECT_DOUBLE_EQ(histogram.mean(), 500.5);
  EXPECT_DOUBLE_EQ(histogram.stddev(), std::sqrt((1000.0 * 1000.0 - 1) / 12));
}

TEST(Histogram, Percentile_asks_for_a_whole_count_at_or_above_its_share) {
  const auto histogram = one_to(3);
  EXPECT_EQ(histogram.percentile(33.3), 1);
  EXPECT_EQ(histogram.percentile(33.4), 2);
  EXPECT_EQ(histogram.percentile(66.6), 2);
  EXPECT_EQ(histogram.percentile(66.7), 3);
}

TEST(Histogram, Percentile_at_a_whole_count_does_not_ask_for_one_more) {
  const auto histogram = one_to(1000);
  for (int part = 1; part <= 1000; ++part) EXPECT_EQ(histogram.percentile(part / 10.0), part) << part;
}

TEST(Histogram, Percentile_is_the_highest_value_equivalent_to_the_recorded_one) {
  Histogram histogram(1, 1'000'000, 3);
  histogram.record(100'000);  // 64 wide there: 99,968 to 100,031
  EXPECT_EQ(histogram.percentile(50), 100'031);
  EXPECT_EQ(histogram.max(), 100'031);
  EXPECT_EQ(histogram.min(), 99'968);
  EXPECT_EQ(histogram.percentile(0), 99'968);
}

TEST(Histogram, Percentile_outside_0_to_100_is_that_of_the_nearer_end) {
  const auto histogram = one_to(10);
  EXPECT_EQ(histogram.percentile(-5), histogram.percentile(0));
  EXPECT_EQ(histogram.percentile(250), 10);
  EXPECT_EQ(histogram.percentile(std::numeric_limits<double>::infinity()), 10);
  EXPECT_EQ(histogram.percentile(std::numeric_limits<double>::quiet_NaN()), 1);
}

TEST(Histogram, Every_layout_keeps_its_digits) {
  for (const auto& layout : samples::layouts()) {
    SCOPED_TRACE(samples::name_of(layout));
    const double error = std::pow(10.0, -layout.digits);
    for (const auto value : samples::values(layout, samples::Shape::kLongTail, 200, 1)) {
      if (value < layout.lowest) continue;
      const auto histogram = samples::recorded(layout, {value});
      const auto width = histogram.max() - histogram.min();
      ASSERT_LE(histogram.min(), value);
      ASSERT_GE(histogram.max(), value);
      ASSERT_LE(static_cast<double>(width),
                std::max(static_cast<double>(value) * error, static_cast<double>(layout.lowest)));
    }
  }
}

TEST(Histogram, Extremes_of_the_range_are_recorded_unclamped) {
  for (const auto& layout : samples::layouts()) {
    SCOPED_TRACE(samples::name_of(layout));
    const auto histogram = samples::recorded(layout, {0, layout.lowest, layout.highest});
    EXPECT_EQ(histogram.count(), 3);
    EXPECT_EQ(histogram.clamped(), 0);
    EXPECT_EQ(histogram.min(), 0);
    EXPECT_GE(histogram.max(), layout.highest);
    EXPECT_EQ(histogram.count_at(layout.highest), 1);
  }
}

TEST(Histogram, Value_beyond_the_range_is_clamped_and_counted) {
  Histogram histogram(1, 1000, 3);
  histogram.record(5000, 3);
  histogram.record(-1);
  histogram.record(kMaxCount);
  EXPECT_EQ(histogram.count(), 5);
  EXPECT_EQ(histogram.clamped(), 5);
  EXPECT_EQ(histogram.count_at(1000), 4);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 1000);
}

TEST(Histogram, Record_with_count_equals_recording_so_often) {
  Histogram once(1, 1'000'000, 3);
  Histogram often(1, 1'000'000, 3);
  once.record(77'777, 1000);
  once.record(5, 0);
  for (int i = 0; i < 1000; ++i) often.record(77'777);
  samples::expect_same(once, often);
}

TEST(Histogram, Counts_stop_at_what_64_bits_hold) {
  Histogram histogram(1, 1000, 3);
  histogram.record(7, kMaxCount);
  histogram.record(9, 5);
  EXPECT_EQ(histogram.count(), kMaxCount);
  Histogram other(1, 1000, 3);
  other.record(8, kMaxCount);
  histogram.add(other);
  EXPECT_EQ(histogram.count(), kMaxCount);
  EXPECT_EQ(histogram.percentile(100), 7);
}

TEST(Histogram, Count_at_counts_all_that_is_equivalent) {
  Histogram histogram(1, 1'000'000, 3);
  histogram.record(99'968);
  histogram.record(100'031);
  histogram.record(100'032);
  EXPECT_EQ(histogram.count_at(100'000), 2);
  EXPECT_EQ(histogram.count_at(3), 0);
  EXPECT_EQ(histogram.count_at(-3), 0);
  EXPECT_EQ(histogram.count_at(kMaxCount), 0);
}

TEST(Histogram, Buckets_rise_and_hold_every_count) {
  const auto& layout = samples::layouts()[3];
  const auto histogram = samples::recorded(layout, samples::values(layout, samples::Shape::kLongTail, 10'000, 2));
  std::int64_t last = -1;
  std::int64_t total = 0;
  for (const auto& bucket : histogram.buckets()) {
    EXPECT_GT(bucket.highest_value, last);
    EXPECT_GT(bucket.count, 0);
    EXPECT_EQ(histogram.count_at(bucket.highest_value), bucket.count);
    last = bucket.highest_value;
    total += bucket.count;
  }
  EXPECT_EQ(total, histogram.count());
}

TEST(Histogram, Adding_parts_equals_recording_all_in_one) {
  for (const auto& layout : samples::layouts()) {
    SCOPED_TRACE(samples::name_of(layout));
    const auto values = samples::values(layout, samples::Shape::kLongTail, 2000, 3);
    const std::vector<std::int64_t> front(values.begin(), values.begin() + 500);
    const std::vector<std::int64_t> back(values.begin() + 500, values.end());
    auto sum = samples::recorded(layout, front);
    sum.add(samples::recorded(layout, back));
    samples::expect_same(sum, samples::recorded(layout, values));
  }
}

TEST(Histogram, Adding_an_empty_one_changes_nothing) {
  auto histogram = one_to(50);
  histogram.add(Histogram(1, 1'000'000, 3));
  samples::expect_same(histogram, one_to(50));
  Histogram empty(1, 1'000'000, 3);
  empty.add(one_to(50));
  samples::expect_same(empty, one_to(50));
}

TEST(Histogram, Adding_itself_doubles_every_count) {
  auto histogram = one_to(50);
  histogram.add(histogram);
  EXPECT_EQ(histogram.count(), 100);
  EXPECT_EQ(histogram.count_at(50), 2);
}

TEST(Histogram, Adding_another_layout_keeps_values_within_both_precisions) {
  Histogram fine(1, 1'000'000, 5);
  fine.add(one_to(1000));
  EXPECT_EQ(fine.count(), 1000);
  EXPECT_EQ(fine.percentile(50), 500);
  EXPECT_EQ(fine.clamped(), 0);
}

TEST(Histogram, Adding_a_wider_layout_clamps_what_does_not_fit) {
  Histogram narrow(1, 100, 3);
  narrow.add(one_to(1000));
  EXPECT_EQ(narrow.count(), 1000);
  EXPECT_EQ(narrow.clamped(), 900);
  EXPECT_EQ(narrow.max(), 100);
  EXPECT_EQ(narrow.count_at(100), 901);
}

TEST(Histogram, Adding_carries_over_what_was_clamped_before) {
  Histogram a(1, 100, 3);
  a.record(500);
  Histogram b(1, 100, 3);
  b.add(a);
  EXPECT_EQ(b.clamped(), 1);
}

TEST(Histogram, Reset_forgets_everything_but_the_layout) {
  auto histogram = one_to(1000);
  histogram.record(-1);
  histogram.reset();
  samples::expect_same(histogram, Histogram(1, 1'000'000, 3));
  EXPECT_EQ(histogram.clamped(), 0);
  histogram.record(5);
  EXPECT_EQ(histogram.min(), 5);
  EXPECT_EQ(histogram.max(), 5);
}

TEST(Histogram, Layout_beyond_the_bounds_is_a_programming_error) {
  EXPECT_THROW(Histogram(0, 1000, 3), std::invalid_argument);
  EXPECT_THROW(Histogram(1, 1, 3), std::invalid_argument);
  EXPECT_THROW(Histogram(1, 1000, 0), std::invalid_argument);
  EXPECT_THROW(Histogram(1, 1000, 6), std::invalid_argument);
  EXPECT_THROW(Histogram(1, -1000, 3), std::invalid_argument);
  EXPECT_THROW(Histogram(std::int64_t{1} << 61, kMaxCount, 5), std::invalid_argument);
}

}  // namespace
}  // namespace coupon::base
