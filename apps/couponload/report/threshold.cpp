#include "couponload/report/threshold.hpp"

#include <algorithm>
#include <array>

#include "couponload/report/run_report.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

const base::Histogram& histogram_of(const Threshold& threshold, const Figures& figures) {
  const auto& times =
      threshold.outcome ? figures.classes.at(static_cast<std::size_t>(*threshold.outcome)) : figures.all;
  switch (threshold.metric) {
    case Metric::kService: return times.service;
    case Metric::kTtfb: return times.ttfb;
    case Metric::kConnect: return figures.connect;
    case Metric::kSkew: return figures.skew;
    case Metric::kLatency: break;
  }
  return times.latency;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

std::optional<double> actual_of(const Threshold& threshold, const Figures& figures) {
  const auto& histogram = histogram_of(threshold, figures);
  const auto count = static_cast<double>(histogram.count());
  switch (threshold.aggregate) {
    case Aggregate::kCount: return count;
    case Aggregate::kRate: return share(count, static_cast<double>(figures.all.latency.count()));
    case Aggregate::kRps: return share(count * kNsPerSecond, static_cast<double>(figures.window_ns));
    default: break;
  }
  if (histogram.count() == 0) return std::nullopt;
  switch (threshold.aggregate) {
    case Aggregate::kAverage: return histogram.mean();
    case Aggregate::kMin: return static_cast<double>(histogram.min());
    case Aggregate::kMax: return static_cast<double>(histogram.max());
    case Aggregate::kMedian: return static_cast<double>(histogram.percentile(kMedianPercentile));
    default: return static_cast<double>(histogram.percentile(threshold.percentile));
  }
}

bool holds(Comparison comparison, double actual, double limit) {
  switch (comparison) {
    case Comparison::kBelow: return actual < limit;
    case Comparison::kAtMost: return actual <= limit;
    case Comparison::kAbove: return actual > limit;
    case Comparison::kAtLeast: return actual >= limit;
    case Comparison::kEqual: return actual == limit;
    case Comparison::kDiffers: return actual != limit;
  }
  return false;
}

}  // namespace

bool is_time(Aggregate aggregate) {
  return aggregate != Aggregate::kCount && aggregate != Aggregate::kRate && aggregate != Aggregate::kRps;
}

std::string_view name_of(ThresholdStatus status) {
  constexpr std::array<std::string_view, 3> kNames{"pass", "fail", "invalid"};
  return kNames.at(static_cast<std::size_t>(status));
}

ThresholdResult judge(const Threshold& threshold, const Figures& figures, const Trust& trust) {
  ThresholdResult result{
      .expression = threshold.text, .status = {}, .time = is_time(threshold.aggregate), .actual = {}};
  result.actual = actual_of(threshold, figures);
  const bool told = trust.figures && (!result.time || trust.times);
  if (!told) {
    result.status = ThresholdStatus::kInvalid;
  } else if (!result.actual || !holds(threshold.comparison, *result.actual, threshold.limit)) {
    result.status = ThresholdStatus::kFail;
  }
  return result;
}

void judge_thresholds(const std::vector<Threshold>& thresholds, RunReport& report) {
  const Trust trust{.figures = report.validity.valid(), .times = report.validity.latency_invalid.empty()};
  for (const auto& threshold : thresholds) report.thresholds.push_back(judge(threshold, report.figures, trust));
}

bool any_with(const std::vector<ThresholdResult>& results, ThresholdStatus status) {
  return std::ranges::find(results, status, &ThresholdResult::status) != results.end();
}

}  // namespace coupon::load
