#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "couponload/report/document.hpp"

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

Json class_json(const ClassFigures& times) {
  return {
      {"latency", times_json(times.latency)}, {"service", times_json(times.service)}, {"ttfb", times_json(times.ttfb)}};
}

Json classes_json(const Figures& figures) {
  auto classes = Json::array();
  for (const auto outcome : kOutcomes) {
    const auto& times = figures.classes.at(static_cast<std::size_t>(outcome));
    Json one{{"class", name_of(outcome)}, {"count", times.latency.count()}};
    one.update(class_json(times));
    classes.push_back(std::move(one));
  }
  return classes;
}

Json answers_json(const std::vector<AnswerCount>& answers) {
  auto list = Json::array();
  for (const auto& answer : answers) {
    list.push_back({{"class", name_of(answer.outcome)},
                    {"status", answer.status},
                    {"code", answer.code},
                    {"count", answer.count}});
  }
  return list;
}

Json connect_json(const RepeatDocument& repeat) {
  auto connect = times_json(repeat.figures.connect);
  connect["syn_retransmits"] = repeat.syn_retransmits;
  connect["opening_ns"] = repeat.opening_ns;
  connect["failed"] = repeat.connect_failed;
  return connect;
}

// Every list is as long as the longest, so that a column is a column.
Json series_json(const Series& series) {
  const auto padded = [&](std::vector<std::int64_t> counts) {
    counts.resize(series.size());
    return counts;
  };
  Json done = Json::object();
  for (const auto outcome : kOutcomes) {
    const auto& counts = series.done.at(static_cast<std::size_t>(outcome));
    if (!counts.empty()) done[std::string(name_of(outcome))] = padded(counts);
  }
  return {{"interval_ns", series.interval_ns}, {"sent", padded(series.sent)}, {"done", std::move(done)}};
}

Json counts_json(const std::optional<Counts>& counts) {
  if (!counts) return nullptr;
  return {{"quota", number_or_null(counts->quota)},
          {"issued", number_or_null(counts->issued)},
          {"recorded", number_or_null(counts->recorded)}};
}

Json left_out_json(const std::optional<LeftOut>& left_out) {
  if (!left_out) return nullptr;
  Json counts = Json::object();
  for (const auto outcome : kOutcomes) counts[std::string(name_of(outcome))] = left_out->of(outcome);
  return {{"counts", std::move(counts)},
          {"members", left_out->members},
          {"prior_members", left_out->prior_members},
          {"prior_holders", left_out->prior_holders}};
}

Json checked_json(const Checked& checked) {
  return {{"ids", checked.ids},
          {"ranks", checked.ranks},
          {"readback", checked.readback},
          {"counts", checked.counts},
          {"verified", checked.verified}};
}

Json validity_json(const RepeatDocument& repeat) {
  const auto& validity = repeat.validity;
  auto threads = Json::array();
  for (const auto& thread : validity.threads) {
    threads.push_back({{"wall_ns", thread.wall_ns},
                       {"cpu_ns", thread.cpu_ns},
                       {"run_delay_ns", number_or_null(thread.run_delay_ns)},
                       {"lag_p50_ns", thread.lag_p50_ns},
                       {"lag_p99_ns", thread.lag_p99_ns},
                       {"lag_max_ns", thread.lag_max_ns}});
  }
  return {{"status", validity.judged.valid() ? "valid" : "invalid"},
          {"reasons", validity.judged.reasons},
          {"latency_invalid", validity.judged.latency_invalid},
          {"unsent", repeat.figures.unsent},
          {"lag_limit_ns", validity.limits.lag_ns},
          {"run_delay_limit", validity.limits.run_delay_share},
          {"skew_limit_ns", validity.limits.skew_ns},
          {"little_error", validity.little_error ? Json(*validity.little_error) : Json(nullptr)},
          {"threads", std::move(threads)}};
}

Json invariants_json(const std::vector<Invariant>& invariants) {
  auto list = Json::array();
  for (const auto& invariant : invariants) {
    list.push_back({{"name", invariant.name},
                    {"status", name_of(invariant.status)},
                    {"expected", invariant.expected},
                    {"actual", invariant.actual},
                    {"examples", invariant.examples}});
  }
  return list;
}

Json thresholds_json(const std::vector<ThresholdResult>& thresholds) {
  auto list = Json::array();
  for (const auto& result : thresholds) {
    list.push_back({{"expression", result.expression},
                    {"status", name_of(result.status)},
                    {"unit", result.time ? "ns" : ""},
                    {"actual", result.actual ? Json(*result.actual) : Json(nullptr)}});
  }
  return list;
}

Json evidence_json(const EvidenceFile& evidence) {
  if (evidence.name.empty()) return nullptr;
  return {{"file", evidence.name}, {"complete", evidence.complete}, {"rows", evidence.rows}};
}

Json host_json(const Host& host) {
  return {{"name", host.name}, {"kernel", host.kernel}, {"machine", host.machine},
          {"cpu", host.cpu},   {"cores", host.cores},   {"memory_bytes", host.memory_bytes}};
}

Json scenario_json(const Scenario& scenario) {
  return {{"mode", scenario.mode},
          {"argv", scenario.argv},
          {"profile", scenario.profile},
          {"profile_sha256", scenario.profile_sha256},
          {"url", scenario.url},
          {"code", scenario.code},
          {"requests", scenario.requests},
          {"members", scenario.members},
          {"connections", scenario.connections},
          {"rate_per_s", scenario.rate_per_s},
          {"stages", scenario.stages},
          {"duration_ns", scenario.duration_ns},
          {"warmup_ns", scenario.warmup_ns},
          {"think_ns", scenario.think_ns},
          {"threads", scenario.threads},
          {"seed", scenario.seed},
          {"timeout_ns", scenario.timeout_ns},
          {"primed", scenario.primed},
          {"cold", scenario.cold},
          {"insecure", scenario.insecure},
          {"shard", {{"index", scenario.shard_index}, {"count", scenario.shard_count}}}};
}

Json repeat_json(const RepeatDocument& repeat) {
  return {{"started", base::format_instant(repeat.started_ms)},
          {"released", repeat.released},
          {"window_ns", repeat.figures.window_ns},
          {"last_answer_ns", repeat.figures.last_answer_ns},
          {"planned", repeat.planned},
          {"sent", repeat.figures.sent},
          {"sent_in_window", repeat.figures.sent_in_window},
          {"unsent", repeat.figures.unsent},
          {"busy_ns", repeat.figures.busy_ns},
          {"classes", classes_json(repeat.figures)},
          {"all", class_json(repeat.figures.all)},
          {"answers", answers_json(repeat.figures.answers)},
          {"connect", connect_json(repeat)},
          {"skew", times_json(repeat.figures.skew)},
          {"series", series_json(repeat.series)},
          {"counts", {{"before", counts_json(repeat.before)}, {"after", counts_json(repeat.after)}}},
          {"left_out", left_out_json(repeat.left_out)},
          {"checked", checked_json(repeat.checked)},
          {"validity", validity_json(repeat)},
          {"invariants", invariants_json(repeat.invariants)},
          {"thresholds", thresholds_json(repeat.thresholds)},
          {"evidence", evidence_json(repeat.evidence)},
          {"verdict", repeat.verdict},
          {"exit", repeat.exit}};
}

// Each expression once, with its worst status over the repeats.
Json threshold_summary(const RunDocument& document) {
  auto summary = thresholds_json(document.repeats.front().thresholds);
  for (auto& one : summary) {
    one.erase("actual");
    one.erase("unit");
    for (const auto& repeat : document.repeats) {
      for (const auto& result : repeat.thresholds) {
        if (one["expression"].get<std::string>() != result.expression) continue;
        if (one["status"] == "pass" || result.status == ThresholdStatus::kFail) one["status"] = name_of(result.status);
      }
    }
  }
  return summary;
}

}  // namespace

Json to_json(const RunDocument& document) {
  auto repeats = Json::array();
  for (const auto& repeat : document.repeats) repeats.push_back(repeat_json(repeat));
  return {{"schema", kRunSchema},
          {"version", document.version},
          {"host", host_json(document.host)},
          {"scenario", scenario_json(document.scenario)},
          {"repeats", std::move(repeats)},
          {"thresholds", threshold_summary(document)},
          {"verdict", document.verdict},
          {"exit", document.exit}};
}

std::string write_document(const RunDocument& document) {
  // Answers come from outside: what is not UTF-8 in them must not break the document.
  return to_json(document).dump(kIndent, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace coupon::load
