#include <nlohmann/json.hpp>
#include <sys/utsname.h>
#include <thread>

#include "base/text.hpp"
#include "couponload/report/run_report.hpp"

namespace coupon::load {

using Json = nlohmann::ordered_json;

namespace {

constexpr int kIndent = 1;

Json number_or_null(const std::optional<std::int64_t>& number) { return number ? Json(*number) : Json(nullptr); }

Json times_json(const base::Histogram& times) {
  return {{"count", times.count()},
          {"min_ns", times.min()},
          {"p50_ns", times.percentile(50)},
          {"p90_ns", times.percentile(90)},
          {"p95_ns", times.percentile(95)},
          {"p99_ns", times.percentile(99)},
          {"p99_9_ns", times.percentile(99.9)},
          {"max_ns", times.max()},
          {"histogram", times.encode_base64()}};
}

Json classes_json(const Figures& figures) {
  auto classes = Json::array();
  for (const auto outcome : kOutcomes) {
    const auto& figure = figures.classes.at(static_cast<std::size_t>(outcome));
    classes.push_back({{"class", name_of(outcome)},
                       {"count", figure.latency.count()},
                       {"latency", times_json(figure.latency)},
                       {"service", times_json(figure.service)}});
  }
  return classes;
}

Json answers_json(const Figures& figures) {
  auto answers = Json::array();
  for (const auto& answer : figures.answers) {
    answers.push_back({{"class", name_of(answer.outcome)},
                       {"status", answer.status},
                       {"code", answer.code},
                       {"count", answer.count}});
  }
  return answers;
}

Json connect_json(const RunReport& report) {
  auto connect = times_json(report.figures.connect);
  connect["syn_retransmits"] = report.burst.syn_retransmits;
  connect["failed"] = report.burst.trouble.failed;
  return connect;
}

Json validity_json(const RunReport& report) {
  auto threads = Json::array();
  for (const auto& health : report.burst.threads) {
    threads.push_back({{"wall_ns", health.wall_ns},
                       {"run_delay_ns", number_or_null(health.run_delay_ns)},
                       {"lag_p50_ns", health.lag.percentile(50)},
                       {"lag_p99_ns", health.lag.percentile(kLagPercentile)},
                       {"lag_max_ns", health.lag.max()}});
  }
  return {{"status", report.validity.valid() ? "valid" : "invalid"},
          {"reasons", report.validity.reasons},
          {"unsent", report.figures.unsent},
          {"lag_limit_ns", report.limits.lag_ns},
          {"run_delay_limit", report.limits.run_delay_share},
          {"skew_limit_ns", report.limits.skew_ns},
          {"threads", threads}};
}

Json invariants_json(const RunReport& report) {
  auto invariants = Json::array();
  for (const auto& invariant : report.invariants) {
    invariants.push_back({{"name", invariant.name},
                          {"status", name_of(invariant.status)},
                          {"expected", invariant.expected},
                          {"actual", invariant.actual},
                          {"examples", invariant.examples}});
  }
  return invariants;
}

Json counts_json(const std::optional<Counts>& counts) {
  if (!counts) return nullptr;
  return {{"quota", number_or_null(counts->quota)},
          {"issued", number_or_null(counts->issued)},
          {"recorded", number_or_null(counts->recorded)}};
}

Json host_json() {
  utsname names{};
  if (::uname(&names) != 0) return {{"cores", std::thread::hardware_concurrency()}};
  return {{"name", names.nodename},
          {"kernel", names.release},
          {"machine", names.machine},
          {"cores", std::thread::hardware_concurrency()}};
}

Json scenario_json(const Scenario& scenario) {
  return {{"command", "burst"},          {"argv", scenario.argv},
          {"profile", scenario.profile}, {"url", scenario.url},
          {"code", scenario.code},       {"requests", scenario.requests},
          {"members", scenario.members}, {"threads", scenario.threads},
          {"seed", scenario.seed},       {"timeout_ns", scenario.timeout_ns},
          {"primed", scenario.primed}};
}

Json repeat_json(const RunReport& report) {
  return {{"started", base::format_instant(report.started_ms)},
          {"released", report.burst.released},
          {"last_answer_ns", report.figures.last_answer_ns},
          {"classes", classes_json(report.figures)},
          {"all",
           {{"latency", times_json(report.figures.all.latency)}, {"service", times_json(report.figures.all.service)}}},
          {"answers", answers_json(report.figures)},
          {"connect", connect_json(report)},
          {"skew", times_json(report.figures.skew)},
          {"counts", {{"before", counts_json(report.observed.before)}, {"after", counts_json(report.observed.after)}}},
          {"validity", validity_json(report)},
          {"invariants", invariants_json(report)}};
}

}  // namespace

std::string render_json(const RunReport& report) {
  const Json document{{"schema", "couponload.run/1"},
                      {"version", COUPON_VERSION},
                      {"host", host_json()},
                      {"scenario", scenario_json(report.scenario)},
                      {"repeats", Json::array({repeat_json(report)})},
                      {"thresholds", Json::array()},
                      {"verdict", render_verdict(report)},
                      {"exit", static_cast<int>(report.exit)}};
  // Answers come from outside: what is not UTF-8 in them must not break the document.
  return document.dump(kIndent, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace coupon::load
