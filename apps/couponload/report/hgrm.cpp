#include "couponload/report/hgrm.hpp"

#include <bit>
#include <fmt/format.h>
#include <iterator>

#include "base/text.hpp"
#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

constexpr int kTicks = 5;

// The two figures of the layout that the reference prints below its table.
struct Layout {
  std::int64_t buckets = 1;
  std::int64_t sub_buckets = 2;
};

Layout layout_of(const base::Histogram& histogram) {
  Layout layout;
  for (int digit = 0; digit < histogram.digits(); ++digit) layout.sub_buckets *= 10;
  layout.sub_buckets = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(layout.sub_buckets)));
  const auto unit_magnitude = std::bit_width(static_cast<std::uint64_t>(histogram.lowest())) - 1;
  auto untrackable = static_cast<std::uint64_t>(layout.sub_buckets) << unit_magnitude;
  while (untrackable <= static_cast<std::uint64_t>(histogram.highest())) {
    untrackable <<= 1;
    ++layout.buckets;
  }
  return layout;
}

}  // namespace

std::string percentile_table(const base::Histogram& histogram, double ratio) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  for (const auto& row : histogram.percentile_rows(kTicks)) {
    const auto share = row.percentile / kPercent;
    fmt::format_to(out, "{:12.{}f} {:2.12f} {:10}", static_cast<double>(row.value) / ratio, histogram.digits(), share,
                   row.total_count);
    if (row.percentile < kPercent) fmt::format_to(out, " {:14.2f}", 1 / (1 - share));
    fmt::format_to(out, "\n");
  }
  const auto layout = layout_of(histogram);
  fmt::format_to(out, "#[Mean    = {:12.{}f}, StdDeviation   = {:12.{}f}]\n", histogram.mean() / ratio,
                 histogram.digits(), histogram.stddev() / ratio, histogram.digits());
  fmt::format_to(out, "#[Max     = {:12.{}f}, Total count    = {:12}]\n", static_cast<double>(histogram.max()) / ratio,
                 histogram.digits(), histogram.count());
  fmt::format_to(out, "#[Buckets = {:12}, SubBuckets     = {:12}]\n", layout.buckets, layout.sub_buckets);
  return text;
}

std::string render_hgrm(const RunDocument& document, std::optional<Outcome> outcome) {
  std::string text;
  for (std::size_t i = 0; i < document.repeats.size(); ++i) {
    const auto& figures = document.repeats[i].figures;
    const auto& times = outcome ? figures.classes.at(static_cast<std::size_t>(*outcome)) : figures.all;
    if (document.repeats.size() > 1) text += fmt::format("# repeat {} of {}\n", i + 1, document.repeats.size());
    text += percentile_table(times.latency, static_cast<double>(kNsPerMsWhole));
  }
  return text;
}

}  // namespace coupon::load
