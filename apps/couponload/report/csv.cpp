#include <array>

#include "base/output.hpp"
#include "couponload/report/render.hpp"

namespace coupon::load {

namespace {

constexpr double kLowest = 0;
constexpr double kHighest = 100;

struct Rows {
  base::Table table{{"repeat", "class", "metric", "count", "percentile", "value_ns", "enough_samples"}, {}};
  std::int64_t repeat = 1;

  void add(std::string_view name, std::string_view metric, const base::Histogram& times) {
    if (times.count() == 0) return;
    const auto add_row = [&](double percentile, std::int64_t value, bool enough) {
      table.rows.push_back({repeat, std::string(name), std::string(metric), times.count(), percentile, value, enough});
    };
    add_row(kLowest, times.min(), true);
    for (const auto percentile : kPercentiles) {
      add_row(percentile, times.percentile(percentile), enough_samples(times.count(), percentile));
    }
    add_row(kHighest, times.max(), true);
  }

  void add(std::string_view name, const ClassFigures& figures) {
    add(name, "latency", figures.latency);
    add(name, "service", figures.service);
    add(name, "ttfb", figures.ttfb);
  }
};

}  // namespace

std::string render_csv(const RunDocument& document, std::optional<Outcome> outcome) {
  Rows rows;
  for (const auto& repeat : document.repeats) {
    for (const auto one : kOutcomes) {
      if (!outcome || *outcome == one) {
        rows.add(name_of(one), repeat.figures.classes.at(static_cast<std::size_t>(one)));
      }
    }
    if (!outcome) {
      rows.add("all", repeat.figures.all);
      rows.add("all", "connect", repeat.figures.connect);
      rows.add("all", "skew", repeat.figures.skew);
    }
    ++rows.repeat;
  }
  return base::render(rows.table, base::OutputFormat::kCsv);
}

std::string render_series_csv(const RunDocument& document) {
  base::Table table{{"repeat", "start_ns", "interval_ns", "sent"}, {}};
  for (const auto outcome : kOutcomes) table.columns.emplace_back(name_of(outcome));
  std::int64_t number = 1;
  for (const auto& repeat : document.repeats) {
    const auto& series = repeat.series;
    const auto at = [](const std::vector<std::int64_t>& counts, std::size_t i) {
      return i < counts.size() ? counts[i] : std::int64_t{0};
    };
    for (std::size_t i = 0; i < series.size(); ++i) {
      std::vector<base::Cell> row{number, static_cast<std::int64_t>(i) * series.interval_ns, series.interval_ns,
                                  at(series.sent, i)};
      for (const auto& counts : series.done) row.emplace_back(at(counts, i));
      table.rows.push_back(std::move(row));
    }
    ++number;
  }
  return base::render(table, base::OutputFormat::kCsv);
}

}  // namespace coupon::load
