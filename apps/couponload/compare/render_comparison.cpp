#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "couponload/compare/compare.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 1;
constexpr double kNsPerMsReal = 1e6;

std::string value(const MetricComparison& one, double number) {
  return one.unit == "ns" ? fmt::format("{:.3f} ms", number / kNsPerMsReal) : fmt::format("{:.1f} /s", number);
}

std::string conclusion(const RunComparison& comparison) {
  if (!comparison.enough()) {
    return fmt::format("VERDICT inconclusive: ratios only; a verdict needs {} valid repeats each (--repeat {})",
                       kRepeatsMin, kRepeatsMin);
  }
  std::vector<std::string> worse;
  std::vector<std::string> better;
  for (const auto& one : comparison.metrics) {
    const auto text = fmt::format("{} {:+.1f} %", one.metric, one.shift * kPercent);
    if (one.change == Change::kWorse) worse.push_back(text);
    if (one.change == Change::kBetter) better.push_back(text);
  }
  const auto band = comparison.band * kPercent;
  if (!worse.empty()) return fmt::format("VERDICT regression: {}", fmt::join(worse, ", "));
  if (!better.empty()) return fmt::format("VERDICT pass: improved {}", fmt::join(better, ", "));
  return fmt::format("VERDICT pass: no difference beyond {:g} %", band);
}

std::string render_table(const RunComparison& comparison) {
  base::Table table{{"metric", "a", "b", "shift", "p", "p_holm", "change"}, {}};
  for (const auto& one : comparison.metrics) {
    table.rows.push_back({one.metric, value(one, one.a), value(one, one.b),
                          fmt::format("{:+.1f} %", one.shift * kPercent), fmt::format("{:.4f}", one.p),
                          fmt::format("{:.4f}", one.p_holm), std::string(name_of(one.change))});
  }
  auto text = fmt::format("medians of {} repeats of A and {} of B", comparison.repeats_a, comparison.repeats_b);
  if (comparison.left_out > 0) text += fmt::format("; {} invalid ones left out", comparison.left_out);
  return text + '\n' + base::render(table, base::OutputFormat::kTable) + conclusion(comparison) + '\n';
}

std::string render_json(const RunComparison& comparison) {
  auto metrics = Json::array();
  for (const auto& one : comparison.metrics) {
    metrics.push_back({{"metric", one.metric},
                       {"unit", one.unit},
                       {"a", one.a},
                       {"b", one.b},
                       {"shift", one.shift},
                       {"p", one.p},
                       {"p_holm", one.p_holm},
                       {"change", name_of(one.change)}});
  }
  const Json json{{"schema", "couponload.comparison/1"},
                  {"repeats_a", comparison.repeats_a},
                  {"repeats_b", comparison.repeats_b},
                  {"left_out", comparison.left_out},
                  {"band", comparison.band},
                  {"metrics", std::move(metrics)},
                  {"verdict", conclusion(comparison)},
                  {"exit", static_cast<int>(exit_of(comparison))}};
  return json.dump(kIndent) + '\n';
}

}  // namespace

std::string render(const RunComparison& comparison, base::OutputFormat format) {
  return format == base::OutputFormat::kJson ? render_json(comparison) : render_table(comparison);
}

}  // namespace coupon::load
