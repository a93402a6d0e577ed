#include <algorithm>
#include <array>

#include "couponload/report/document.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

ValidityDocument validity_of(const RunReport& report) {
  ValidityDocument validity{.judged = report.validity, .limits = report.limits, .little_error = {}, .threads = {}};
  if (report.burst.mode == Mode::kClosed && report.burst.think_ns == 0) {
    validity.little_error = little_error(report.burst, report.figures);
  }
  for (const auto& health : report.burst.threads) {
    validity.threads.push_back({.wall_ns = health.wall_ns,
                                .cpu_ns = health.cpu_ns,
                                .run_delay_ns = health.run_delay_ns,
                                .lag_p50_ns = health.lag.percentile(kMedianPercentile),
                                .lag_p99_ns = health.lag.percentile(kLagPercentile),
                                .lag_max_ns = health.lag.max()});
  }
  return validity;
}

Checked checked_of(const Observed& observed) {
  return {.ids = observed.grants_have_ids,
          .ranks = observed.grants_have_ranks,
          .readback = observed.grants_can_be_read,
          .counts = observed.counts_can_be_read,
          .verified = observed.verified};
}

Series series_of(const RunReport& report) {
  if (report.series.interval_ns > 0) return report.series;
  const auto interval_ns = report.burst.mode == Mode::kBurst ? kBurstIntervalNs : kPacedIntervalNs;
  return make_series(report.observed.asks, report.burst.release_ns, interval_ns);
}

}  // namespace

RepeatDocument make_repeat(const RunReport& report) {
  return {.started_ms = report.started_ms,
          .released = report.burst.released,
          .planned = report.burst.planned,
          .figures = report.figures,
          .series = series_of(report),
          .opening_ns = report.burst.opening_ns,
          .connect_failed = report.burst.trouble.failed,
          .syn_retransmits = report.burst.syn_retransmits,
          .before = report.observed.before,
          .after = report.observed.after,
          .left_out = report.observed.left_out,
          .checked = checked_of(report.observed),
          .validity = validity_of(report),
          .invariants = report.invariants,
          .thresholds = report.thresholds,
          .evidence = report.evidence,
          .verdict = render_verdict(report),
          .exit = static_cast<int>(report.exit)};
}

namespace {

// How bad an exit code is: the worst first.
std::size_t badness(int exit) {
  constexpr std::array kWorstFirst{ExitCode::kUsage,       ExitCode::kUnreachable, ExitCode::kCorrectness,
                                   ExitCode::kInterrupted, ExitCode::kInvalid,     ExitCode::kThreshold,
                                   ExitCode::kInternal,    ExitCode::kPass};
  const auto at = std::ranges::find(kWorstFirst, static_cast<ExitCode>(exit));
  return static_cast<std::size_t>(kWorstFirst.end() - at);
}

}  // namespace

RunDocument new_document(const Scenario& scenario) {
  return {
      .version = COUPON_VERSION, .host = read_host(), .scenario = scenario, .repeats = {}, .verdict = {}, .exit = 0};
}

RunDocument make_document(const RunReport& report) {
  auto document = new_document(report.scenario);
  document.repeats.push_back(make_repeat(report));
  conclude(document);
  return document;
}

void conclude(RunDocument& document) {
  const auto& worst =
      *std::ranges::max_element(document.repeats, {}, [](const auto& repeat) { return badness(repeat.exit); });
  document.verdict = worst.verdict;
  document.exit = worst.exit;
}

std::string render_json(const RunReport& report) { return write_document(make_document(report)); }

}  // namespace coupon::load
