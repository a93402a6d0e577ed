#include <fmt/format.h>

#include "couponload/report/render.hpp"
#include "couponload/units.hpp"

namespace coupon::load {

namespace {

double seconds(std::int64_t ns) { return static_cast<double>(ns) / kNsPerSecond; }

std::string describe_load(const Scenario& scenario) {
  if (scenario.mode == "burst") {
    return fmt::format("burst of {} requests by {} members", grouped(scenario.requests), grouped(scenario.members));
  }
  const auto connections = grouped(scenario.connections);
  if (scenario.mode == "closed") {
    return fmt::format("closed loop of {} connections for {:g} s", connections, seconds(scenario.duration_ns));
  }
  if (!scenario.stages.empty())
    return fmt::format("rate in stages {} over {} connections", scenario.stages, connections);
  return fmt::format("rate of {:g} requests/s for {:g} s over {} connections", scenario.rate_per_s,
                     seconds(scenario.duration_ns), connections);
}

}  // namespace

std::string describe(const Scenario& scenario) {
  auto text = fmt::format("{} for {} at {}, {} thread{}", describe_load(scenario), scenario.code, scenario.url,
                          scenario.threads, scenario.threads == 1 ? "" : "s");
  if (scenario.shard_count > 1) text += fmt::format(", shard {} of {}", scenario.shard_index, scenario.shard_count);
  if (scenario.cold) text += ", a new connection for every request";
  if (scenario.insecure) text += ", the server's certificate NOT verified";
  return text;
}

std::string describe_raised(const ValidityLimits& limits) {
  const ValidityLimits usual;
  std::string text;
  if (limits.lag_ns > usual.lag_ns) text = fmt::format("lag up to {:g} ms", in_ms(limits.lag_ns));
  if (limits.run_delay_share > usual.run_delay_share) {
    text += fmt::format("{}without a core up to {:g} %", text.empty() ? "" : ", ", limits.run_delay_share * kPercent);
  }
  return text;
}

std::string describe_throughput(const Figures& figures) {
  return fmt::format("{:.1f} requests/s: {} in {:.3f} s", throughput_per_s(figures), grouped(figures.sent),
                     seconds(figures.window_ns));
}

std::string describe(const AnswerCount& answer) {
  if (answer.status == 0) return answer.code;
  return answer.code.empty() ? fmt::format("{}", answer.status) : fmt::format("{} {}", answer.status, answer.code);
}

std::string describe(const ThresholdResult& result) {
  if (!result.actual) return "no samples";
  if (result.time) return fmt::format("{:.3f} ms", *result.actual / kNsPerMsWhole);
  return fmt::format("{:g}", *result.actual);
}

double delay_share(const ThreadDocument& thread) {
  if (!thread.run_delay_ns || thread.wall_ns <= 0) return 0;
  return static_cast<double>(*thread.run_delay_ns) / static_cast<double>(thread.wall_ns);
}

}  // namespace coupon::load
