#include "couponload/compare/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>

#include "couponload/compare/rank_test.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr double kTailPercentile = 99;

// Few, because Holm divides by their number: with five repeats a side the smallest p is 2/252, and six metrics are the
// most that can ever be significant.
struct Metric {
  std::string_view name;
  std::string_view unit;
  bool more_is_better;
  double (*value)(const Figures&);
};

constexpr std::array kMetrics{
    Metric{"latency p50", "ns", false,
           [](const Figures& f) { return static_cast<double>(f.all.latency.percentile(kMedianPercentile)); }},
    Metric{"latency p99", "ns", false,
           [](const Figures& f) { return static_cast<double>(f.all.latency.percentile(kTailPercentile)); }},
    Metric{"service p50", "ns", false,
           [](const Figures& f) { return static_cast<double>(f.all.service.percentile(kMedianPercentile)); }},
    Metric{"service p99", "ns", false,
           [](const Figures& f) { return static_cast<double>(f.all.service.percentile(kTailPercentile)); }},
    Metric{"throughput", "1/s", true, [](const Figures& f) { return throughput_per_s(f); }}};

using Repeats = std::vector<const RepeatDocument*>;

Repeats valid_repeats(const std::vector<RunDocument>& documents, std::size_t& left_out) {
  Repeats repeats;
  for (const auto& document : documents) {
    for (const auto& repeat : document.repeats) {
      const bool usable = repeat.validity.judged.valid() && repeat.released && repeat.figures.all.latency.count() > 0;
      if (usable) {
        repeats.push_back(&repeat);
      } else {
        ++left_out;
      }
    }
  }
  return repeats;
}

// Times of a generator that had no core to spare are its own, not the server's.
bool comparable(const Metric& metric, const Repeats& repeats) {
  return metric.more_is_better ||
         std::ranges::all_of(repeats, [](const auto* r) { return r->validity.judged.latency_invalid.empty(); });
}

std::vector<double> values_of(const Metric& metric, const Repeats& repeats) {
  std::vector<double> values;
  values.reserve(repeats.size());
  for (const auto* repeat : repeats) values.push_back(metric.value(repeat->figures));
  return values;
}

MetricComparison compare_metric(const Metric& metric, const Repeats& a, const Repeats& b) {
  const auto of_a = values_of(metric, a);
  const auto of_b = values_of(metric, b);
  MetricComparison out{.metric = std::string(metric.name), .unit = std::string(metric.unit)};
  out.a = median(of_a);
  out.b = median(of_b);
  out.shift = out.a > 0 ? out.b / out.a - 1 : 0;
  out.p = mann_whitney_p(of_a, of_b);
  return out;
}

Change change_of(const MetricComparison& one, double band) {
  if (one.p_holm >= kSignificance || std::abs(one.shift) <= band) return Change::kNone;
  const bool more_is_better = one.unit == "1/s";
  return (one.shift > 0) == more_is_better ? Change::kBetter : Change::kWorse;
}

void judge(RunComparison& comparison) {
  std::vector<double> p;
  for (const auto& one : comparison.metrics) p.push_back(one.p);
  const auto corrected = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    auto& one = comparison.metrics[i];
    one.p_holm = corrected[i];
    if (comparison.enough()) one.change = change_of(one, comparison.band);
  }
}

Result<> check_scenarios(const std::vector<RunDocument>& a, const std::vector<RunDocument>& b) {
  for (const auto* side : {&a, &b}) {
    for (const auto& document : *side) {
      const auto difference = scenario_difference(a.front().scenario, document.scenario);
      if (difference.empty()) continue;
      return base::fail(Errc::kInvalid, "only runs of the same scenario can be compared: " + difference);
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(Change change) {
  constexpr std::array<std::string_view, 4> kNames{"none", "better", "worse", "untold"};
  return kNames.at(static_cast<std::size_t>(change));
}

bool RunComparison::regressed() const {
  return std::ranges::find(metrics, Change::kWorse, &MetricComparison::change) != metrics.end();
}

std::string scenario_difference(const Scenario& a, const Scenario& b) {
  const auto differ = [](std::string_view what, const auto& x, const auto& y) {
    return x == y ? std::string() : fmt::format("{} is {} in one and {} in another", what, x, y);
  };
  for (const auto& difference :
       {differ("the mode", a.mode, b.mode), differ("the profile", a.profile, b.profile),
        differ("the profile's SHA-256", a.profile_sha256, b.profile_sha256), differ("requests", a.requests, b.requests),
        differ("members", a.members, b.members), differ("connections", a.connections, b.connections),
        differ("the rate", a.rate_per_s, b.rate_per_s), differ("stages", a.stages, b.stages),
        differ("the duration in ns", a.duration_ns, b.duration_ns), differ("think time in ns", a.think_ns, b.think_ns),
        differ("threads", a.threads, b.threads), differ("the timeout in ns", a.timeout_ns, b.timeout_ns),
        differ("primed", a.primed, b.primed), differ("cold", a.cold, b.cold)}) {
    if (!difference.empty()) return difference;
  }
  return {};
}

Result<RunComparison> compare(const std::vector<RunDocument>& a, const std::vector<RunDocument>& b, double band) {
  COUPON_TRY(check_scenarios(a, b));
  RunComparison comparison{.repeats_a = 0, .repeats_b = 0, .left_out = 0, .band = band, .metrics = {}};
  const auto of_a = valid_repeats(a, comparison.left_out);
  const auto of_b = valid_repeats(b, comparison.left_out);
  comparison.repeats_a = of_a.size();
  comparison.repeats_b = of_b.size();
  if (of_a.empty() || of_b.empty()) {
    return base::fail(Errc::kInvalid, fmt::format("{} has no valid repeat", of_a.empty() ? "A" : "B"));
  }
  if (std::max(of_a.size(), of_b.size()) > kSampleMax) {
    return base::fail(Errc::kInvalid, fmt::format("more than {} repeats on a side", kSampleMax));
  }
  for (const auto& metric : kMetrics) {
    if (!comparable(metric, of_a) || !comparable(metric, of_b)) continue;
    comparison.metrics.push_back(compare_metric(metric, of_a, of_b));
  }
  judge(comparison);
  return comparison;
}

ExitCode exit_of(const RunComparison& comparison) {
  if (!comparison.enough()) return ExitCode::kInvalid;
  return comparison.regressed() ? ExitCode::kThreshold : ExitCode::kPass;
}

}  // namespace coupon::load
