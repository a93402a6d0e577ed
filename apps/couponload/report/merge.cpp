#include "couponload/report/merge.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>

#include "couponload/report/evidence_file.hpp"

namespace coupon::load {

using base::Errc;
using base::Result;

namespace {

constexpr std::int64_t kReleaseSpreadMaxNs = 1'000'000'000;
constexpr int kInterrupted = static_cast<int>(ExitCode::kInterrupted);

struct Shard {
  std::string folder;
  RunDocument document;
};

std::unexpected<base::Error> refuse(std::string why) { return base::fail(Errc::kInvalid, std::move(why)); }

Result<std::vector<Shard>> load_shards(const std::vector<std::string>& paths) {
  std::vector<Shard> shards;
  for (const auto& path : paths) {
    auto document = load_document(path);
    if (!document) return std::unexpected(document.error());
    shards.push_back({std::filesystem::path(path).parent_path().string(), *std::move(document)});
  }
  std::ranges::sort(shards, {}, [](const Shard& shard) { return shard.document.scenario.shard_index; });
  return shards;
}

Result<> check_together(const std::vector<Shard>& shards) {
  const auto& first = shards.front().document;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const auto& document = shards[i].document;
    const auto& scenario = document.scenario;
    if (scenario.shard_count != shards.size() || scenario.shard_index != i + 1) {
      return refuse(fmt::format("found shard {} of {} where shard {} of {} is due: give every shard once",
                                scenario.shard_index, scenario.shard_count, i + 1, shards.size()));
    }
    if (scenario.profile_sha256 != first.scenario.profile_sha256 || scenario.profile != first.scenario.profile) {
      return refuse(fmt::format("shard {} ran another profile ({} {}) than shard 1 ({} {})", i + 1, scenario.profile,
                                scenario.profile_sha256, first.scenario.profile, first.scenario.profile_sha256));
    }
    if (scenario.mode != first.scenario.mode || scenario.code != first.scenario.code) {
      return refuse(fmt::format("shard {} ran {} for {}, shard 1 ran {} for {}", i + 1, scenario.mode, scenario.code,
                                first.scenario.mode, first.scenario.code));
    }
    if (document.repeats.size() != first.repeats.size()) {
      return refuse(
          fmt::format("shard {} has {} repeats, shard 1 has {}", i + 1, document.repeats.size(), first.repeats.size()));
    }
  }
  return {};
}

Scenario merge_scenarios(const std::vector<Shard>& shards) {
  auto whole = shards.front().document.scenario;
  for (const auto& shard : shards) {
    const auto& part = shard.document.scenario;
    whole.cold = whole.cold || part.cold;
    whole.insecure = whole.insecure || part.insecure;
    if (&shard == &shards.front()) continue;
    whole.requests += part.requests;
    whole.members += part.members;
    whole.connections += part.connections;
    whole.rate_per_s += part.rate_per_s;
    whole.threads += part.threads;
  }
  whole.shard_index = 1;
  whole.shard_count = 1;
  return whole;
}

void add_figures(const RepeatDocument& part, RunReport& report) {
  add(part.figures, report.figures);
  report.figures.window_ns = std::max(report.figures.window_ns, part.figures.window_ns);
  report.figures.all.latency.add(part.figures.all.latency);
  report.figures.all.service.add(part.figures.all.service);
  report.figures.all.ttfb.add(part.figures.all.ttfb);
  report.series.add(part.series);
  report.burst.released = report.burst.released || part.released;
  report.burst.planned += part.planned;
  report.burst.opening_ns = std::max(report.burst.opening_ns, part.opening_ns);
  report.burst.syn_retransmits += part.syn_retransmits;
  report.burst.trouble.failed += part.connect_failed;
}

// The server's figures when the first shard looked before and the last one after.
void add_counts(const RepeatDocument& part, Observed& observed) {
  const auto issued = [](const std::optional<Counts>& counts) { return counts ? counts->issued.value_or(-1) : -1; };
  if (part.before && (!observed.before || issued(part.before) < issued(observed.before))) observed.before = part.before;
  if (part.after && (!observed.after || issued(part.after) > issued(observed.after))) observed.after = part.after;
}

void add_left_out(const RepeatDocument& part, Observed& observed) {
  if (!part.left_out) return;
  if (!observed.left_out) observed.left_out.emplace();
  for (std::size_t i = 0; i < kOutcomeCount; ++i) observed.left_out->counts.at(i) += part.left_out->counts.at(i);
  observed.left_out->members += part.left_out->members;
  observed.left_out->prior_members += part.left_out->prior_members;
  observed.left_out->prior_holders += part.left_out->prior_holders;
}

// Sequence numbers stay apart, and attempts of the same request together.
Result<> renumber(std::size_t begin, const Scenario& scenario, std::vector<Evidence>& asks) {
  for (auto i = begin; i < asks.size(); ++i) {
    const auto seq = std::uint64_t{asks[i].seq} * scenario.shard_count + (scenario.shard_index - 1);
    if (seq > UINT32_MAX) return refuse("too many requests to number");
    asks[i].seq = static_cast<std::uint32_t>(seq);
  }
  return {};
}

Result<> add_evidence(const Shard& shard, const RepeatDocument& part, std::size_t rows_max, Observed& observed) {
  const auto index = shard.document.scenario.shard_index;
  if (part.evidence.name.empty()) {
    return refuse(fmt::format("shard {} has no evidence; run it with --evidence grants or all", index));
  }
  const auto begin = observed.asks.size();
  const auto path = (std::filesystem::path(shard.folder) / part.evidence.name).string();
  COUPON_TRY(read_evidence(path, rows_max, observed));
  const auto rows = static_cast<std::int64_t>(observed.asks.size() - begin);
  if (rows != part.evidence.rows) {
    return refuse(fmt::format("{} has {} requests, the result says {}", path, rows, part.evidence.rows));
  }
  return renumber(begin, shard.document.scenario, observed.asks);
}

void add_validity(const Shard& shard, const RepeatDocument& part, RunReport& report) {
  const auto index = shard.document.scenario.shard_index;
  for (const auto& reason : part.validity.judged.reasons) {
    report.validity.reasons.push_back(fmt::format("shard {}: {}", index, reason));
  }
  if (report.validity.latency_invalid.empty() && !part.validity.judged.latency_invalid.empty()) {
    report.validity.latency_invalid = fmt::format("shard {}: {}", index, part.validity.judged.latency_invalid);
  }
}

void add_checked(const Checked& checked, Observed& observed) {
  observed.grants_have_ids = observed.grants_have_ids && checked.ids;
  observed.grants_have_ranks = observed.grants_have_ranks && checked.ranks;
  observed.grants_can_be_read = observed.grants_can_be_read && checked.readback;
  observed.counts_can_be_read = observed.counts_can_be_read && checked.counts;
  observed.verified = observed.verified && checked.verified;
}

// When the earliest request of those from `begin` on was due.
std::int64_t first_plan(const std::vector<Evidence>& asks, std::size_t begin) {
  auto first = INT64_MAX;
  for (auto i = begin; i < asks.size(); ++i) first = std::min(first, asks[i].plan_ns);
  return first;
}

Result<RunReport> gather(const std::vector<Shard>& shards, std::size_t index, const MergePlan& plan) {
  RunReport report;
  report.observed.verified = true;
  report.limits = shards.front().document.repeats[index].validity.limits;
  report.started_ms = INT64_MAX;
  auto earliest = INT64_MAX;
  auto latest = INT64_MIN;
  for (const auto& shard : shards) {
    const auto& part = shard.document.repeats[index];
    const auto begin = report.observed.asks.size();
    report.started_ms = std::min(report.started_ms, part.started_ms);
    add_figures(part, report);
    add_counts(part, report.observed);
    add_left_out(part, report.observed);
    add_checked(part.checked, report.observed);
    add_validity(shard, part, report);
    COUPON_TRY(add_evidence(shard, part, plan.rows_max, report.observed));
    if (report.observed.asks.size() == begin) continue;
    const auto first = first_plan(report.observed.asks, begin);
    earliest = std::min(earliest, first);
    latest = std::max(latest, first);
  }
  if (earliest != INT64_MAX) report.burst.release_ns = earliest;
  if (latest > earliest && latest - earliest > kReleaseSpreadMaxNs) {
    report.validity.reasons.push_back(
        fmt::format("the shards began {:.1f} s apart: give all the same --start-at",
                    static_cast<double>(latest - earliest) / static_cast<double>(kReleaseSpreadMaxNs)));
  }
  std::ranges::stable_sort(report.figures.answers, std::greater{}, &AnswerCount::count);
  return report;
}

std::vector<Threshold> thresholds_of(const RepeatDocument& repeat) {
  std::vector<Threshold> thresholds;
  for (const auto& result : repeat.thresholds) {
    if (auto threshold = parse_threshold(result.expression)) thresholds.push_back(*std::move(threshold));
  }
  return thresholds;
}

void judge(const std::vector<Shard>& shards, std::size_t index, const MergePlan& plan, RunReport& report) {
  // A request of one machine was only before another's when it was so by more than their clocks may be apart.
  for (auto& ask : report.observed.asks) ask.done_ns += plan.clock_error_ns;
  report.invariants = check_all(report.observed);
  judge_thresholds(thresholds_of(shards.front().document.repeats[index]), report);
  const bool interrupted = std::ranges::any_of(
      shards, [&](const Shard& shard) { return shard.document.repeats[index].exit == kInterrupted; });
  auto findings = findings_of(report.invariants, interrupted, report.validity.valid());
  findings.missed = any_with(report.thresholds, ThresholdStatus::kFail);
  findings.invalid = findings.invalid || any_with(report.thresholds, ThresholdStatus::kInvalid);
  report.exit = decide(findings);
}

}  // namespace

Result<RunDocument> merge(const MergePlan& plan) {
  const auto shards = load_shards(plan.paths);
  if (!shards) return std::unexpected(shards.error());
  COUPON_TRY(check_together(*shards));
  auto document = new_document(merge_scenarios(*shards));
  document.host = shards->front().document.host;
  for (std::size_t i = 0; i < shards->front().document.repeats.size(); ++i) {
    auto report = gather(*shards, i, plan);
    if (!report) return std::unexpected(report.error());
    judge(*shards, i, plan, *report);
    auto repeat = make_repeat(*report);
    for (const auto& shard : *shards) {
      const auto& threads = shard.document.repeats[i].validity.threads;
      repeat.validity.threads.insert(repeat.validity.threads.end(), threads.begin(), threads.end());
    }
    document.repeats.push_back(std::move(repeat));
  }
  conclude(document);
  return document;
}

}  // namespace coupon::load
