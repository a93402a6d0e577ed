#include "couponload/report/validity.hpp"

#include <fmt/core.h>

namespace coupon::load {

namespace {

constexpr double kNsPerMsReal = 1e6;
constexpr double kPercent = 100;

double ms(std::int64_t ns) { return static_cast<double>(ns) / kNsPerMsReal; }

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

}  // namespace

double run_delay_share(const ThreadHealth& health) {
  if (!health.run_delay_ns || health.wall_ns <= 0) return 0;
  return static_cast<double>(*health.run_delay_ns) / static_cast<double>(health.wall_ns);
}

Validity judge_validity(const BurstResult& burst, const Figures& figures, const ValidityLimits& limits) {
  Validity validity;
  for (std::size_t i = 0; i < burst.threads.size(); ++i) judge_thread(i, burst.threads[i], limits, validity);
  if (figures.unsent > 0) {
    const auto& first = burst.trouble.first;
    validity.reasons.push_back(
        fmt::format("{} requests were not sent{}{}", figures.unsent, first.empty() ? "" : ": ", first));
  }
  if (burst.trouble.out_of_descriptors > 0) {
    validity.reasons.push_back(fmt::format("{} times out of file descriptors", burst.trouble.out_of_descriptors));
  }
  if (burst.trouble.out_of_ports > 0) {
    validity.reasons.push_back(fmt::format("{} times out of local ports", burst.trouble.out_of_ports));
  }
  if (limits.skew_ns > 0 && figures.skew.max() > limits.skew_ns) {
    validity.reasons.push_back(fmt::format("the last request was sent {:.1f} ms after the release, above {:.1f} ms",
                                           ms(figures.skew.max()), ms(limits.skew_ns)));
  }
  return validity;
}

}  // namespace coupon::load
