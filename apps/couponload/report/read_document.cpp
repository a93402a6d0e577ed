#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.hpp"
#include "couponload/report/document.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;
using Json = nlohmann::json;

namespace {

constexpr std::size_t kFileBytesMax = std::size_t{512} * 1024 * 1024;
constexpr std::int64_t kWholeMax = 9'007'199'254'740'991;  // any JSON reader keeps it; sums of many fit into 64 bits
constexpr std::int64_t kThreadsMax = 1'000'000;            // so do their sums
constexpr double kRealMax = 1e18;

// What is wrong with a document; ends at read_document.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_whole(const Json& value) {
  return value.is_number_unsigned() ? value.get<std::uint64_t>() <= kWholeMax
                                    : value.is_number_integer() && value.get<std::int64_t>() >= 0;
}

std::int64_t whole(const Json& json, const char* key, std::int64_t max = kWholeMax) {
  const auto& value = json.at(key);
  if (!is_whole(value)) throw Malformed(fmt::format("'{}' must be a whole number from 0 to {}", key, kWholeMax));
  if (value.get<std::int64_t>() > max) throw Malformed(fmt::format("'{}' is too large", key));
  return value.get<std::int64_t>();
}

std::uint32_t small(const Json& json, const char* key) {
  return static_cast<std::uint32_t>(whole(json, key, UINT32_MAX));
}

int small_int(const Json& json, const char* key, std::int64_t max = INT32_MAX) {
  return static_cast<int>(whole(json, key, max));
}

double real(const Json& json, const char* key) {
  const auto value = json.at(key).get<double>();
  if (!(value >= 0 && value <= kRealMax)) throw Malformed(fmt::format("'{}' must be a number from 0 on", key));
  return value;
}

std::string text(const Json& json, const char* key) { return json.at(key).get<std::string>(); }
bool truth(const Json& json, const char* key) { return json.at(key).get<bool>(); }

template <class T, class Names>
T one_of(const Json& json, const char* key, const Names& values) {
  const auto name = text(json, key);
  for (const T value : values) {
    if (name_of(value) == name) return value;
  }
  throw Malformed(fmt::format("'{}' cannot be '{}'", key, name));
}

std::optional<std::int64_t> maybe(const Json& json, const char* key) {
  return json.at(key).is_null() ? std::nullopt : std::optional(whole(json, key));
}

base::Histogram read_times(const Json& json) {
  auto histogram = base::Histogram::decode(text(json, "histogram"));
  if (!histogram) throw Malformed("a histogram does not decode: " + histogram.error().message);
  // As all of ours have it: another one would take up to 64 MiB each.
  static const base::Histogram kOwn;
  if (histogram->lowest() != kOwn.lowest() || histogram->highest() != kOwn.highest() ||
      histogram->digits() != kOwn.digits()) {
    throw Malformed("a histogram has another range or precision than couponload's");
  }
  if (histogram->count() != whole(json, "count")) throw Malformed("a histogram has another count than is said");
  return *std::move(histogram);
}

ClassFigures read_class(const Json& json) {
  return {.latency = read_times(json.at("latency")),
          .service = read_times(json.at("service")),
          .ttfb = read_times(json.at("ttfb"))};
}

std::vector<AnswerCount> read_answers(const Json& json) {
  std::vector<AnswerCount> answers;
  for (const auto& one : json) {
    answers.push_back({.outcome = one_of<Outcome>(one, "class", kOutcomes),
                       .status = small_int(one, "status"),
                       .code = text(one, "code"),
                       .count = whole(one, "count")});
  }
  return answers;
}

Figures read_figures(const Json& json) {
  Figures figures;
  for (const auto& one : json.at("classes")) {
    figures.classes.at(static_cast<std::size_t>(one_of<Outcome>(one, "class", kOutcomes))) = read_class(one);
  }
  figures.all = read_class(json.at("all"));
  figures.connect = read_times(json.at("connect"));
  figures.skew = read_times(json.at("skew"));
  figures.answers = read_answers(json.at("answers"));
  figures.sent = whole(json, "sent");
  figures.sent_in_window = whole(json, "sent_in_window");
  figures.unsent = whole(json, "unsent");
  figures.busy_ns = whole(json, "busy_ns");
  figures.window_ns = whole(json, "window_ns");
  figures.last_answer_ns = whole(json, "last_answer_ns");
  return figures;
}

std::vector<std::int64_t> read_counts(const Json& json) {
  if (!json.is_array() || json.size() > kIntervalsMax) throw Malformed("the series is too long, or none");
  if (!std::ranges::all_of(json, is_whole)) throw Malformed("a count of the series must be a whole number from 0 on");
  auto counts = json.get<std::vector<std::int64_t>>();
  return counts;
}

Series read_series(const Json& json) {
  Series series{.interval_ns = whole(json, "interval_ns"), .sent = read_counts(json.at("sent")), .done = {}};
  for (const auto outcome : kOutcomes) {
    const auto found = json.at("done").find(std::string(name_of(outcome)));
    if (found != json.at("done").end()) series.done.at(static_cast<std::size_t>(outcome)) = read_counts(*found);
  }
  return series;
}

std::optional<Counts> read_server_counts(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return Counts{.quota = maybe(json, "quota"), .issued = maybe(json, "issued"), .recorded = maybe(json, "recorded")};
}

std::optional<LeftOut> read_left_out(const Json& json) {
  if (json.is_null()) return std::nullopt;
  LeftOut left_out{.counts = {},
                   .members = whole(json, "members"),
                   .prior_members = whole(json, "prior_members"),
                   .prior_holders = json.contains("prior_holders") ? whole(json, "prior_holders") : 0};
  for (const auto outcome : kOutcomes) {
    left_out.counts.at(static_cast<std::size_t>(outcome)) =
        whole(json.at("counts"), std::string(name_of(outcome)).c_str());
  }
  return left_out;
}

Checked read_checked(const Json& json) {
  return {.ids = truth(json, "ids"),
          .ranks = truth(json, "ranks"),
          .readback = truth(json, "readback"),
          .counts = truth(json, "counts"),
          .verified = truth(json, "verified")};
}

ValidityDocument read_validity(const Json& json) {
  ValidityDocument validity;
  validity.judged.reasons = json.at("reasons").get<std::vector<std::string>>();
  validity.judged.latency_invalid = text(json, "latency_invalid");
  if ((text(json, "status") == "valid") != validity.judged.valid()) throw Malformed("validity contradicts its reasons");
  if (!json.at("little_error").is_null()) validity.little_error = json.at("little_error").get<double>();
  validity.limits.lag_ns = whole(json, "lag_limit_ns");
  validity.limits.run_delay_share = real(json, "run_delay_limit");
  validity.limits.skew_ns = whole(json, "skew_limit_ns");
  for (const auto& thread : json.at("threads")) {
    validity.threads.push_back({.wall_ns = whole(thread, "wall_ns"),
                                .cpu_ns = whole(thread, "cpu_ns"),
                                .run_delay_ns = maybe(thread, "run_delay_ns"),
                                .lag_p50_ns = whole(thread, "lag_p50_ns"),
                                .lag_p99_ns = whole(thread, "lag_p99_ns"),
                                .lag_max_ns = whole(thread, "lag_max_ns")});
  }
  return validity;
}

std::vector<Invariant> read_invariants(const Json& json) {
  constexpr std::array kAll{Judgement::kPass, Judgement::kFail, Judgement::kSkipped, Judgement::kInconclusive};
  std::vector<Invariant> invariants;
  for (const auto& one : json) {
    invariants.push_back({.name = text(one, "name"),
                          .status = one_of<Judgement>(one, "status", kAll),
                          .expected = text(one, "expected"),
                          .actual = text(one, "actual"),
                          .examples = one.at("examples").get<std::vector<std::string>>()});
  }
  return invariants;
}

std::vector<ThresholdResult> read_thresholds(const Json& json) {
  constexpr std::array kAll{ThresholdStatus::kPass, ThresholdStatus::kFail, ThresholdStatus::kInvalid};
  std::vector<ThresholdResult> results;
  for (const auto& one : json) {
    results.push_back({.expression = text(one, "expression"),
                       .status = one_of<ThresholdStatus>(one, "status", kAll),
                       .time = text(one, "unit") == "ns",
                       .actual = one.at("actual").is_null() ? std::nullopt : std::optional(real(one, "actual"))});
  }
  return results;
}

// A name beside the result file, never a way out of its folder.
EvidenceFile read_evidence(const Json& json) {
  if (json.is_null()) return {};
  EvidenceFile evidence{.name = text(json, "file"), .complete = truth(json, "complete"), .rows = whole(json, "rows")};
  if (evidence.name.empty() || evidence.name.find('/') != std::string::npos) {
    throw Malformed("'file' of the evidence must be a name without a folder");
  }
  return evidence;
}

std::int64_t read_instant(const Json& json, const char* key) {
  const auto instant = base::parse_instant_ms(text(json, key), key);
  // A run that never began has no instant: 1970.
  return instant.value_or(0);
}

RepeatDocument read_repeat(const Json& json) {
  RepeatDocument repeat;
  repeat.started_ms = read_instant(json, "started");
  repeat.released = truth(json, "released");
  repeat.planned = whole(json, "planned");
  repeat.figures = read_figures(json);
  repeat.series = read_series(json.at("series"));
  const auto& connect = json.at("connect");
  repeat.opening_ns = connect.contains("opening_ns") ? whole(connect, "opening_ns") : 0;
  repeat.connect_failed = whole(json.at("connect"), "failed");
  repeat.syn_retransmits = whole(json.at("connect"), "syn_retransmits");
  repeat.before = read_server_counts(json.at("counts").at("before"));
  repeat.after = read_server_counts(json.at("counts").at("after"));
  repeat.left_out = read_left_out(json.at("left_out"));
  repeat.checked = read_checked(json.at("checked"));
  repeat.validity = read_validity(json.at("validity"));
  repeat.invariants = read_invariants(json.at("invariants"));
  repeat.thresholds = read_thresholds(json.at("thresholds"));
  repeat.evidence = read_evidence(json.at("evidence"));
  repeat.verdict = text(json, "verdict");
  repeat.exit = small_int(json, "exit");
  return repeat;
}

Host read_host_of(const Json& json) {
  return {.name = text(json, "name"),
          .kernel = text(json, "kernel"),
          .machine = text(json, "machine"),
          .cpu = text(json, "cpu"),
          .cores = small_int(json, "cores"),
          .memory_bytes = whole(json, "memory_bytes")};
}

Scenario read_scenario(const Json& json) {
  Scenario scenario;
  scenario.argv = json.at("argv").get<std::vector<std::string>>();
  scenario.profile = text(json, "profile");
  scenario.url = text(json, "url");
  scenario.code = text(json, "code");
  scenario.requests = small(json, "requests");
  scenario.members = small(json, "members");
  scenario.threads = small_int(json, "threads", kThreadsMax);
  if (!json.at("seed").is_number_unsigned()) throw Malformed("'seed' must be a whole number from 0 on");
  scenario.seed = json.at("seed").get<std::uint64_t>();
  scenario.timeout_ns = whole(json, "timeout_ns");
  scenario.primed = truth(json, "primed");
  scenario.mode = text(json, "mode");
  scenario.profile_sha256 = text(json, "profile_sha256");
  scenario.connections = small(json, "connections");
  scenario.rate_per_s = real(json, "rate_per_s");
  scenario.stages = text(json, "stages");
  scenario.duration_ns = whole(json, "duration_ns");
  scenario.warmup_ns = whole(json, "warmup_ns");
  scenario.think_ns = whole(json, "think_ns");
  scenario.cold = truth(json, "cold");
  scenario.insecure = truth(json, "insecure");
  scenario.shard_index = small(json.at("shard"), "index");
  scenario.shard_count = small(json.at("shard"), "count");
  return scenario;
}

RunDocument read_all(const Json& json) {
  RunDocument document;
  document.version = text(json, "version");
  document.host = read_host_of(json.at("host"));
  document.scenario = read_scenario(json.at("scenario"));
  if (json.at("repeats").size() > kRepeatsMax) throw Malformed(fmt::format("more than {} repeats", kRepeatsMax));
  for (const auto& repeat : json.at("repeats")) document.repeats.push_back(read_repeat(repeat));
  if (document.repeats.empty()) throw Malformed("there is no repeat in it");
  document.verdict = text(json, "verdict");
  document.exit = small_int(json, "exit");
  return document;
}

std::unexpected<base::Error> not_a_result(std::string_view why) {
  return base::fail(Errc::kInvalid, fmt::format("this is no {} result: {}", kRunSchema, why));
}

}  // namespace

Result<RunDocument> read_document(std::string_view bytes) {
  const auto json = Json::parse(bytes, nullptr, false);
  if (json.is_discarded()) return not_a_result("it is not JSON");
  if (!json.is_object()) return not_a_result("it is not an object");
  const auto schema = json.find("schema");
  if (schema == json.end() || !schema->is_string()) return not_a_result("it has no 'schema'");
  const auto named = schema->get<std::string>();
  if (named != kRunSchema) {
    const auto family = kRunSchema.substr(0, kRunSchema.find('/') + 1);
    if (!named.starts_with(family)) return not_a_result(fmt::format("its schema is '{}'", named));
    return base::fail(Errc::kUnsupported, fmt::format("the result is {}, this program reads {}", named, kRunSchema));
  }
  try {
    return read_all(json);
  } catch (const Malformed& fault) {
    return not_a_result(fault.what());
  } catch (const Json::exception& fault) {
    return not_a_result(fault.what());
  }
}

Result<RunDocument> load_document(const std::string& path) {
  std::ifstream file;
  const bool standard_input = path == "-";
  if (!standard_input) file.open(path, std::ios::binary);
  std::istream& in = standard_input ? std::cin : file;
  if (!in) return base::fail(Errc::kIo, fmt::format("{} cannot be read", path));
  std::string bytes;
  constexpr std::size_t kChunk = std::size_t{1} << 16;
  std::string chunk(kChunk, '\0');
  while (in.read(chunk.data(), static_cast<std::streamsize>(kChunk)) || in.gcount() > 0) {
    bytes.append(chunk, 0, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > kFileBytesMax) {
      return base::fail(Errc::kInvalid, fmt::format("{} is larger than {} MiB", path, kFileBytesMax >> 20));
    }
  }
  auto document = read_document(bytes);
  if (!document) return std::unexpected(document.error().in(path));
  return document;
}

}  // namespace coupon::load
