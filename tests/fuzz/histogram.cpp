// HdrHistogram's V2 encoding in its three forms.

#include "base/histogram.hpp"

#include "fuzz/check.hpp"

namespace coupon::fuzz_histogram {

using base::Histogram;
using fuzz::accepted;

namespace {

constexpr std::size_t kCheckedSlots = 4'096;  // of huge layouts not every figure is looked at

void expect_same(const Histogram& a, const Histogram& b) {
  FUZZ_CHECK(a.count() == b.count() && a.lowest() == b.lowest() && a.highest() == b.highest());
  FUZZ_CHECK(a.digits() == b.digits() && a.min() == b.min() && a.max() == b.max());
}

void check_figures(const Histogram& histogram) {
  FUZZ_CHECK(histogram.count() >= 0 && histogram.min() >= 0 && histogram.min() <= histogram.max());
  const auto buckets = histogram.buckets();
  std::int64_t counted = 0;
  std::int64_t below = -1;
  for (const auto& bucket : buckets) {
    FUZZ_CHECK(bucket.count > 0 && bucket.highest_value > below);
    counted += bucket.count;
    below = bucket.highest_value;
  }
  FUZZ_CHECK(counted == histogram.count());
  std::int64_t before = 0;
  for (const double percentile : {0.0, 50.0, 99.0, 99.99, 100.0}) {
    const auto value = histogram.percentile(percentile);
    FUZZ_CHECK(value >= before);
    before = value;
  }
  if (histogram.count() > 0) FUZZ_CHECK(histogram.mean() >= 0 && histogram.stddev() >= 0);
  if (buckets.size() <= kCheckedSlots) {
    for (const auto& row : histogram.percentile_rows(5)) FUZZ_CHECK(row.percentile >= 0 && row.percentile <= 100);
  }
}

}  // namespace

FUZZ_TARGET(histogram) {
  const auto bytes = fuzz::text_of(data, size);
  const auto histogram = Histogram::decode(bytes);
  if (!accepted(histogram)) return 0;
  check_figures(*histogram);
  const auto raw = histogram->encode();
  const auto again = Histogram::decode(raw);
  FUZZ_CHECK(accepted(again));
  expect_same(*again, *histogram);
  FUZZ_CHECK(again->encode() == raw);
  const auto text = Histogram::decode(histogram->encode_base64());
  FUZZ_CHECK(accepted(text));
  expect_same(*text, *histogram);
  Histogram sum;
  sum.add(*histogram);
  sum.add(*histogram);
  FUZZ_CHECK(sum.count() >= histogram->count());
  return 0;
}

}  // namespace coupon::fuzz_histogram
