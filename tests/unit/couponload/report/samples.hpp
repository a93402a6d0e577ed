#pragma once
// Reports of small runs, as the run command makes them.

#include "couponload/report/document.hpp"
#include "unit/couponload/builders.hpp"

namespace coupon::load::test {

/// Judged like a real run; `change` sees the report before it is judged.
template <class Change>
RunReport report_of(Observed observed, Change change) {
  RunReport report;
  report.scenario.argv = {"couponload", "burst", "http://shop"};
  report.scenario.profile = "couponsrv";
  report.scenario.profile_sha256 = "cafe";
  report.scenario.code = "FLASH100";
  report.scenario.url = "http://shop";
  report.scenario.requests = static_cast<std::uint32_t>(observed.asks.size());
  report.started_ms = 1'767'225'600'000;
  report.observed = std::move(observed);
  report.burst.released = true;
  report.burst.threads.emplace_back();
  report.burst.threads.back().wall_ns = 100 * kStepNs;
  report.burst.threads.back().run_delay_ns = kStepNs;
  report.figures = summarize(report.burst, report.observed.asks);
  report.invariants = check_all(report.observed);
  report.validity = judge_validity(report.burst, report.figures, report.limits);
  change(report);
  auto findings = findings_of(report.invariants, false, report.validity.valid());
  findings.missed = any_with(report.thresholds, ThresholdStatus::kFail);
  report.exit = decide(findings);
  return report;
}

inline RunReport report_of(Observed observed) {
  return report_of(std::move(observed), [](RunReport&) {});
}

/// Three issued (one with bytes that XML must escape as its id), two sold out, one threshold of each status.
inline RunReport rich_report() {
  auto observed = honest();
  observed.asks[0].id = observed.asks[1].id = "<id> & \"quotes\"";
  observed.grants_can_be_read = true;
  return report_of(std::move(observed), [](RunReport& report) {
    report.thresholds = {
        {.expression = "p(99) < 50ms", .status = ThresholdStatus::kPass, .time = true, .actual = 4.5e6},
        {.expression = "rps > 10", .status = ThresholdStatus::kFail, .time = false, .actual = 9.0},
        {.expression = "max < 1s", .status = ThresholdStatus::kInvalid, .time = true, .actual = {}}};
  });
}

/// Many requests whose latencies spread over three decades.
inline Observed many(std::uint32_t count) {
  Observed observed;
  for (std::uint32_t seq = 0; seq < count; ++seq) {
    auto one = ask(seq, seq % 10 == 0 ? Outcome::kIssued : Outcome::kSoldOut);
    one.plan_ns = 0;
    one.send_ns = (seq % 70) * kStepNs;
    one.first_byte_ns = one.send_ns + kStepNs;
    one.done_ns = one.send_ns + kStepNs + std::int64_t{seq} * seq % 700 * kStepNs / 2;
    one.status = seq % 10 == 0 ? 200 : 409;
    observed.asks.push_back(one);
  }
  observed.verified = true;
  return observed;
}

}  // namespace coupon::load::test
