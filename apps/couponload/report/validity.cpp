#include "couponload/report/validity.hpp"

#include <cmath>
#include <fmt/core.h>

#include "couponload/units.hpp"

namespace coupon::load {

namespace {

constexpr double kNsPerMsReal = 1e6;

double ms(std::int64_t ns) { return static_cast<double>(ns) / kNsPerMsReal; }

double share_of(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

void judge_thread(std::size_t index, const ThreadHealth& health, const ValidityLimits& limits, Validity& validity) {
  const auto lag = health.lag.percentile(kLagPercentile);
  if (lag > limits.lag_ns) {
    validity.reasons.push_back(fmt::format("load thread {}: heartbeat lag p99 {:.1f} ms is above {:.1f} ms", index,
                                           ms(lag), ms(limits.lag_ns)));
  }
  const auto share = run_delay_share(health);
  if (share > limits.run_delay_share) {
    validity.reasons.push_back(fmt::format("load thread {}: without a core for {:.1f} % of the time, above {:.0f} %",
                                           index, share * kPercent, limits.run_delay_share * kPercent));
  }
}

void judge_resources(const RunResult& run, const Figures& figures, Validity& validity) {
  if (figures.unsent > 0) {
    const auto& first = run.trouble.first;
    validity.reasons.push_back(
        fmt::format("{} requests were not sent{}{}", figures.unsent, first.empty() ? "" : ": ", first));
  }
  if (run.trouble.out_of_descriptors > 0) {
    validity.reasons.push_back(fmt::format("{} times out of file descriptors", run.trouble.out_of_descriptors));
  }
  if (run.trouble.out_of_ports > 0) {
    validity.reasons.push_back(fmt::format("{} times out of local ports", run.trouble.out_of_ports));
  }
}

void judge_rate(const RunResult& run, const Figures& figures, Validity& validity) {
  const auto late = figures.skew.percentile(kTailPercentile);
  if (late > kSendLatenessMaxNs) {
    validity.reasons.push_back(fmt::format("sent late: p99 {:.1f} ms after the planned instant, above {:.0f} ms",
                                           ms(late), ms(kSendLatenessMaxNs)));
  }
  const auto achieved = share_of(figures.sent_in_window, run.planned);
  if (run.planned > 0 && achieved < kAchievedMin) {
    validity.reasons.push_back(fmt::format("achieved {:.1f} % of the planned rate, below {:.0f} %", achieved * kPercent,
                                           kAchievedMin * kPercent));
  }
}

void judge_closed(const RunResult& run, const Figures& figures, Validity& validity) {
  const auto median = figures.all.latency.percentile(kMedianPercentile);
  for (std::size_t i = 0; i < run.threads.size(); ++i) {
    const auto& health = run.threads[i];
    const auto cpu = share_of(health.cpu_ns, health.wall_ns);
    const auto lag = health.lag.percentile(kMedianPercentile);
    if (cpu < kBusyCpuShare || static_cast<double>(lag) < kLagOfLatencyMax * static_cast<double>(median)) continue;
    validity.latency_invalid = fmt::format(
        "load thread {} used {:.0f} % of a core and its heartbeat was {:.2f} ms late where the latency is "
        "{:.2f} ms (p50): the times are the generator's, the throughput a lower bound",
        i, cpu * kPercent, ms(lag), ms(median));
    break;
  }
  const auto error = little_error(run, figures);
  if (run.think_ns == 0 && std::abs(error) > kLittleErrorMax) {
    validity.reasons.push_back(
        fmt::format("Little's law: throughput x service time is {:+.1f} % off {} connections, beyond {:.0f} %",
                    error * kPercent, run.connections, kLittleErrorMax * kPercent));
  }
}

}  // namespace

double run_delay_share(const ThreadHealth& health) {
  return health.run_delay_ns ? share_of(*health.run_delay_ns, health.wall_ns) : 0;
}

double little_error(const RunResult& run, const Figures& figures) {
  const auto capacity_ns = static_cast<double>(run.connections) * static_cast<double>(run.window_ns);
  return capacity_ns > 0 ? static_cast<double>(figures.busy_ns) / capacity_ns - 1 : 0;
}

Validity judge_validity(const RunResult& run, const Figures& figures, const ValidityLimits& limits) {
  Validity validity;
  for (std::size_t i = 0; i < run.threads.size(); ++i) judge_thread(i, run.threads[i], limits, validity);
  judge_resources(run, figures, validity);
  if (run.late_ns > kLateStartMaxNs) {
    validity.reasons.push_back(fmt::format(
        "began {:.1f} ms after --start-at: opening connections took so long; choose a later instant", ms(run.late_ns)));
  }
  if (run.mode == Mode::kRate) judge_rate(run, figures, validity);
  if (run.mode == Mode::kClosed) judge_closed(run, figures, validity);
  if (limits.skew_ns > 0 && figures.skew.max() > limits.skew_ns) {
    validity.reasons.push_back(fmt::format("the last request was sent {:.1f} ms after the release, above {:.1f} ms",
                                           ms(figures.skew.max()), ms(limits.skew_ns)));
  }
  return validity;
}

}  // namespace coupon::load
