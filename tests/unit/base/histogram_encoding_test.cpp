#include <gtest/gtest.h>
#include <limits>

#include "base/histogram.hpp"
#include "unit/base/histogram_samples.hpp"

namespace coupon::base {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

TEST(HistogramEncoding, All_three_forms_read_back_to_the_same_histogram) {
  for (const auto& layout : samples::layouts()) {
    for (const auto shape : samples::kShapes) {
      SCOPED_TRACE(samples::name_of(layout));
      const auto histogram = samples::recorded(layout, samples::values(layout, shape, 3000, 5));
      for (const auto& text : {histogram.encode(), histogram.encode_compressed(), histogram.encode_base64()}) {
        const auto read = Histogram::decode(text);
        ASSERT_TRUE(read) << read.error().message;
        samples::expect_same(*read, histogram);
        EXPECT_EQ(read->encode(), histogram.encode());
      }
    }
  }
}

TEST(HistogramEncoding, Empty_histogram_reads_back_empty) {
  const Histogram empty(1, 1000, 2);
  for (const auto& text : {empty.encode(), empty.encode_compressed(), empty.encode_base64()}) {
    const auto read = Histogram::decode(text);
    ASSERT_TRUE(read) << read.error().message;
    samples::expect_same(*read, empty);
  }
}

TEST(HistogramEncoding, Raw_form_is_the_documented_V2_layout) {
  Histogram histogram(1, 1000, 2);
  histogram.record(0);
  histogram.record(5, 3);
  const auto header = bytes({0x1c, 0x84, 0x93, 0x13,                 // cookie
                             0,    0,    0,    3,                    // bytes of counts
                             0,    0,    0,    0,                    // normalizing offset
                             0,    0,    0,    2,                    // digits
                             0,    0,    0,    0,    0, 0, 0, 1,     // lowest
                             0,    0,    0,    0,    0, 0, 3, 0xe8,  // highest
                             0x3f, 0xf0, 0,    0,    0, 0, 0, 0});   // ratio 1.0
  EXPECT_EQ(histogram.encode(), header + bytes({2, 7, 6}));          // 1, four zeros, 3
}

TEST(HistogramEncoding, Compressed_form_starts_with_its_cookie_and_length) {
  Histogram histogram(1, 1000, 2);
  histogram.record(5);
  const auto text = histogram.encode_compressed();
  EXPECT_EQ(text.substr(0, 4), bytes({0x1c, 0x84, 0x93, 0x14}));
  EXPECT_EQ(static_cast<unsigned char>(text[7]) + 8U, text.size());
  EXPECT_TRUE(histogram.encode_base64().starts_with("HISTFAAAA"));
}

TEST(HistogramEncoding, Counts_of_every_length_survive) {
  Histogram histogram(1, 1000, 3);
  for (int bit = 0; bit < 62; ++bit) histogram.record(bit + 1, std::int64_t{1} << bit);
  const auto read = Histogram::decode(histogram.encode());
  ASSERT_TRUE(read) << read.error().message;
  samples::expect_same(*read, histogram);
}

TEST(HistogramEncoding, Largest_count_takes_nine_bytes_and_survives) {
  Histogram histogram(1, 1000, 3);
  histogram.record(0, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(histogram.encode().size(), 40U + 9U);
  const auto read = Histogram::decode(histogram.encode());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->count(), std::numeric_limits<std::int64_t>::max());
}

TEST(HistogramEncoding, Base64_pads_every_length) {
  // Counts of growing size make raw forms, and with them compressed ones, of all lengths modulo 3.
  std::vector<bool> seen(3);
  Histogram histogram(1, 1000, 3);
  for (std::int64_t value = 1; value < 60; ++value) {
    histogram.record(value, value * value);
    const auto text = histogram.encode_base64();
    EXPECT_EQ(text.size() % 4, 0U);
    seen[histogram.encode_compressed().size() % 3] = true;
    EXPECT_TRUE(Histogram::decode(text));
  }
  EXPECT_EQ(seen, std::vector<bool>(3, true));
}

TEST(HistogramEncoding, Largest_layout_fits_the_bound_on_memory) {
  Histogram histogram(1, std::numeric_limits<std::int64_t>::max(), 5);
  histogram.record(std::numeric_limits<std::int64_t>::max());
  const auto read = Histogram::decode(histogram.encode_base64());
  ASSERT_TRUE(read) << read.error().message;
  samples::expect_same(*read, histogram);
}

}  // namespace
}  // namespace coupon::base
