#pragma once
// Histograms and values that several suites look at.

#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "base/histogram.hpp"

namespace coupon::base::samples {

struct Layout {
  std::int64_t lowest;
  std::int64_t highest;
  int digits;
};

/// Every number of digits, and ranges from narrow to all that a count can hold.
inline const std::vector<Layout>& layouts() {
  static const std::vector<Layout> kAll = {
      {1, 2, 1},
      {1, 1'000, 2},
      {1, 100'000'000, 1},
      {1, 3'600'000'000, 3},
      {1'000, 3'600'000'000'000, 3},
      {7, 1'000'003, 4},
      {1'024, 1'000'000'000, 4},
      {1, 1'000'000, 5},
      {1, INT64_MAX, 2},
      {std::int64_t{1} << 50, INT64_MAX, 3},
  };
  return kAll;
}

enum class Shape { kUniform, kLongTail, kTwoPeaks, kExtremes };
inline constexpr Shape kShapes[] = {Shape::kUniform, Shape::kLongTail, Shape::kTwoPeaks, Shape::kExtremes};

/// `count` values from 0 to `layout.highest`, the same for the same seed.
inline std::vector<std::int64_t> values(const Layout& layout, Shape shape, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto highest = static_cast<std::uint64_t>(layout.highest);
  const auto below = [&](std::uint64_t end) { return end == 0 ? 0 : random() % end; };
  std::vector<std::int64_t> out;
  while (out.size() < count) {
    std::uint64_t value = 0;
    switch (shape) {
      case Shape::kUniform: value = below(highest); break;
      case Shape::kLongTail: value = below(highest) >> (random() % 40); break;
      case Shape::kTwoPeaks: value = (random() % 10 == 0 ? highest / 2 : highest / 1000) + below(highest / 1000); break;
      case Shape::kExtremes: value = random() % 2 == 0 ? random() % 2 : highest - random() % 2; break;
    }
    out.push_back(static_cast<std::int64_t>(std::min(value, highest)));
  }
  return out;
}

inline Histogram recorded(const Layout& layout, const std::vector<std::int64_t>& values) {
  Histogram histogram(layout.lowest, layout.highest, layout.digits);
  for (const auto value : values) histogram.record(value);
  return histogram;
}

inline std::string name_of(const Layout& layout) {
  return std::to_string(layout.lowest) + ".." + std::to_string(layout.highest) + " with " +
         std::to_string(layout.digits) + " digits";
}

/// The same layout and the same count in every bucket.
inline void expect_same(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.lowest(), b.lowest());
  EXPECT_EQ(a.highest(), b.highest());
  EXPECT_EQ(a.digits(), b.digits());
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  const auto left = a.buckets();
  const auto right = b.buckets();
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    ASSERT_EQ(left[i].highest_value, right[i].highest_value);
    ASSERT_EQ(left[i].count, right[i].count);
  }
}

}  // namespace coupon::base::samples
