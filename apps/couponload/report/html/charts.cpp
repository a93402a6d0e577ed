#include "couponload/report/html/charts.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "couponload/report/html/svg.hpp"
#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load::html {

namespace {

constexpr int kRowsPerHalf = 5;
constexpr std::size_t kBarsMax = 120;
constexpr double kDecadesMax = 7;

double place_of(double percentile, double end) {
  return percentile >= kPercent ? end : std::min(end, -std::log10(1 - percentile / kPercent));
}

// 1/(1-p) of the best that so many samples can tell, as a power of ten.
double end_of(const base::Histogram& times) {
  return std::clamp(std::log10(static_cast<double>(std::max<std::int64_t>(times.count(), 10))), 1.0, kDecadesMax);
}

Line curve_of(const base::Histogram& times, std::string style, std::string name) {
  Line line{.style = std::move(style), .name = std::move(name), .points = {}};
  const auto end = end_of(times);
  for (const auto& row : times.percentile_rows(kRowsPerHalf)) {
    line.points.emplace_back(place_of(row.percentile, end), in_ms(row.value));
  }
  return line;
}

std::vector<Tick> percentile_marks(double end) {
  std::vector<Tick> marks{{0, "0 %"}, {place_of(50, end), "50 %"}, {1, "90 %"}};
  double rest = kPercent / 10;
  for (int decade = 2; decade <= static_cast<int>(std::ceil(end)); ++decade) {
    rest /= 10;
    marks.push_back({static_cast<double>(decade), fmt::format("{:.{}f} %", kPercent - rest, std::max(0, decade - 2))});
  }
  return marks;
}

// Neighbouring intervals put together, so that at most kBarsMax are left.
std::vector<double> thin(const std::vector<std::int64_t>& counts, std::size_t size, std::size_t each) {
  std::vector<double> out((size + each - 1) / each);
  for (std::size_t i = 0; i < counts.size(); ++i) out[i / each] += static_cast<double>(counts[i]);
  return out;
}

struct Time {
  double unit_ns;
  std::string_view name;
};

Time unit_for(double span_ns) {
  if (span_ns < 10 * kNsPerSecond) return {static_cast<double>(kNsPerMsWhole), "ms"};
  return {kNsPerSecond, "s"};
}

}  // namespace

std::string style_of(Outcome outcome) { return fmt::format("c-{}", name_of(outcome)); }

std::string latency_curves(const RunDocument& document, const RepeatDocument& repeat, std::size_t number) {
  const auto& all = repeat.figures.all.latency;
  if (all.count() == 0) return {};
  std::vector<Line> lines;
  std::vector<std::pair<std::string, std::string>> names;
  const auto add = [&](const base::Histogram& times, std::string style, std::string_view name) {
    if (times.count() == 0) return;
    names.emplace_back(style, fmt::format("{} ({})", name, grouped(times.count())));
    lines.push_back(curve_of(times, std::move(style), names.back().second));
  };
  add(all, "c-all", "all");
  for (const auto outcome : kOutcomes) {
    add(repeat.figures.classes.at(static_cast<std::size_t>(outcome)).latency, style_of(outcome), name_of(outcome));
  }
  const auto from = document.scenario.mode == "burst" ? "release" : "planned instant";
  const Caption caption{.id = fmt::format("curve{}", number),
                        .title = "Latency by percentile",
                        .text = fmt::format("Milliseconds from the {} to the last byte, for each class of answers; "
                                            "the same figures are in the table of percentiles.",
                                            from)};
  return legend(names) +
         line_chart(caption, lines, percentile_marks(end_of(all)), "percentile of the requests", "latency in ms");
}

std::string time_bars(const RepeatDocument& repeat, std::size_t number) {
  const auto& series = repeat.series;
  const auto size = series.size();
  if (size == 0 || series.interval_ns == 0) return {};
  const auto each = (size + kBarsMax - 1) / kBarsMax;
  const auto width_ns = static_cast<double>(series.interval_ns) * static_cast<double>(each);
  const auto time = unit_for(static_cast<double>(series.interval_ns) * static_cast<double>(size));
  const auto width = width_ns / time.unit_ns;
  const auto per = fmt::format("in {:g} {}", width, time.name);
  std::vector<Layer> done;
  std::vector<std::pair<std::string, std::string>> names{{"c-all", "sent"}};
  for (const auto outcome : kOutcomes) {
    const auto& counts = series.done.at(static_cast<std::size_t>(outcome));
    if (counts.empty()) continue;
    done.push_back(
        {.style = style_of(outcome), .name = std::string(name_of(outcome)), .heights = thin(counts, size, each)});
    names.emplace_back(style_of(outcome), std::string(name_of(outcome)));
  }
  const auto across = fmt::format("time in {}", time.name);
  auto text = legend(names) + bar_chart({.id = fmt::format("sent{}", number),
                                         .title = "Requests sent over time",
                                         .text = "How many requests were sent in each interval."},
                                        {{.style = "c-all", .name = "sent", .heights = thin(series.sent, size, each)}},
                                        width, across, "sent " + per);
  if (done.empty()) return text;
  return text + bar_chart({.id = fmt::format("done{}", number),
                           .title = "Answers over time",
                           .text = "How many requests ended in each interval, by class."},
                          done, width, across, "answered " + per);
}

}  // namespace coupon::load::html
