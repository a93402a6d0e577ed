#include <gtest/gtest.h>
#include <limits>

#include "base/histogram.hpp"
#include "unit/base/histogram_samples.hpp"

namespace coupon::base {
namespace {

std::vector<double> levels(const Histogram& histogram, int ticks) {
  std::vector<double> out;
  for (const auto& row : histogram.percentile_rows(ticks)) out.push_back(row.percentile);
  return out;
}

TEST(HistogramRows, One_tick_halves_the_distance_to_100_each_time) {
  Histogram histogram(1, 1000, 3);
  for (std::int64_t value = 1; value <= 8; ++value) histogram.record(value);
  EXPECT_EQ(levels(histogram, 1), (std::vector<double>{0, 50, 75, 87.5, 93.75, 100}));
  const auto rows = histogram.percentile_rows(1);
  EXPECT_EQ(rows[1].value, 4);
  EXPECT_EQ(rows[1].total_count, 4);
  EXPECT_EQ(rows[3].value, 7);
  EXPECT_EQ(rows[5].value, 8);
  EXPECT_EQ(rows[5].total_count, 8);
}

TEST(HistogramRows, Several_ticks_cut_every_half_evenly) {
  Histogram histogram(1, 10'000, 4);
  for (std::int64_t value = 1; value <= 10'000; ++value) histogram.record(value);
  auto got = levels(histogram, 2);
  got.resize(6);
  EXPECT_EQ(got, (std::vector<double>{0, 25, 50, 62.5, 75, 81.25}));
}

TEST(HistogramRows, Single_value_has_a_first_and_a_last_row) {
  Histogram histogram(1, 1000, 3);
  histogram.record(42, 7);
  EXPECT_EQ(levels(histogram, 5), (std::vector<double>{0, 100}));
}

TEST(HistogramRows, Levels_and_counts_rise_to_100_and_all) {
  for (const auto& layout : samples::layouts()) {
    for (const auto shape : samples::kShapes) {
      SCOPED_TRACE(samples::name_of(layout));
      const auto histogram = samples::recorded(layout, samples::values(layout, shape, 3000, 4));
      const auto rows = histogram.percentile_rows(5);
      ASSERT_GE(rows.size(), 2U);
      for (std::size_t i = 1; i < rows.size(); ++i) {
        ASSERT_GT(rows[i].percentile, rows[i - 1].percentile);
        ASSERT_GE(rows[i].value, rows[i - 1].value);
        ASSERT_GE(rows[i].total_count, rows[i - 1].total_count);
      }
      EXPECT_EQ(rows.back().percentile, 100);
      EXPECT_EQ(rows.back().total_count, histogram.count());
      EXPECT_EQ(rows.back().value, histogram.max());
    }
  }
}

TEST(HistogramRows, Counts_beyond_the_resolution_of_a_double_still_end) {
  Histogram histogram(1, 1000, 3);
  histogram.record(1, std::numeric_limits<std::int64_t>::max() - 1);
  histogram.record(2, 1);
  for (const int ticks : {1, 5, 100}) {
    const auto rows = histogram.percentile_rows(ticks);
    EXPECT_EQ(rows.back().percentile, 100) << ticks;
    EXPECT_EQ(rows.back().value, 2) << ticks;
    EXPECT_LE(rows.size(), static_cast<std::size_t>(ticks) * 64) << ticks;
  }
}

TEST(HistogramRows, Ticks_below_one_count_as_one) {
  Histogram histogram(1, 1000, 3);
  for (std::int64_t value = 1; value <= 8; ++value) histogram.record(value);
  EXPECT_EQ(levels(histogram, 0), levels(histogram, 1));
  EXPECT_EQ(levels(histogram, -3), levels(histogram, 1));
}

}  // namespace
}  // namespace coupon::base
