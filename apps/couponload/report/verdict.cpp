#include <fmt/format.h>

#include "couponload/report/run_report.hpp"

namespace coupon::load {

namespace {

std::int64_t count_of(const RunReport& report, Outcome outcome) {
  return report.figures.classes.at(static_cast<std::size_t>(outcome)).latency.count();
}

const Invariant* find(const RunReport& report, std::string_view name) {
  for (const auto& invariant : report.invariants) {
    if (invariant.name == name) return &invariant;
  }
  return nullptr;
}

std::string names_with(const RunReport& report, Judgement status) {
  std::vector<std::string> names;
  for (const auto& invariant : report.invariants) {
    if (invariant.status == status) names.push_back(invariant.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// What happened, the classes that a good run does not have only when they are there.
std::string counts(const RunReport& report) {
  auto text = fmt::format("{} issued", grouped(count_of(report, Outcome::kIssued)));
  for (const auto outcome : {Outcome::kPending, Outcome::kDuplicate}) {
    if (count_of(report, outcome) > 0)
      text += fmt::format(", {} {}", grouped(count_of(report, outcome)), name_of(outcome));
  }
  text += fmt::format(", {} sold out", grouped(count_of(report, Outcome::kSoldOut)));
  const auto refused = count_of(report, Outcome::kRefused);
  if (refused > 0) text += fmt::format(", {} refused", grouped(refused));
  text += fmt::format(", {} errors, {} unknown", grouped(count_of(report, Outcome::kError)),
                      grouped(count_of(report, Outcome::kUnknown)));
  if (report.figures.unsent > 0) text += fmt::format(", {} unsent", grouped(report.figures.unsent));
  return text;
}

std::string rows(const RunReport& report) {
  const auto* readback = find(report, "readback");
  if (readback == nullptr || readback->status == Judgement::kSkipped) return "nothing was read back";
  if (readback->status == Judgement::kPass) return "every 200 has a row in the ledger";
  return fmt::format("{} grants have a row in the ledger", readback->actual);
}

std::string missed(const RunReport& report) {
  std::vector<std::string> expressions;
  for (const auto& result : report.thresholds) {
    if (result.status == ThresholdStatus::kFail) expressions.push_back(result.expression);
  }
  return fmt::format("{}", fmt::join(expressions, ", "));
}

std::string why_invalid(const RunReport& report) {
  if (!report.validity.valid()) return report.validity.reasons.front();
  const auto untold = names_with(report, Judgement::kInconclusive);
  return untold.empty() ? report.validity.latency_invalid : "cannot be told: " + untold;
}

// A shard's verdict is not that of the whole.
std::string part_of(const Scenario& scenario) {
  if (scenario.shard_count == 1) return {};
  return fmt::format(" (shard {} of {} alone)", scenario.shard_index, scenario.shard_count);
}

// Why it is not a pass.
std::string reason(const RunReport& report) {
  switch (report.exit) {
    case ExitCode::kCorrectness: return fmt::format("violated {}; ", names_with(report, Judgement::kFail));
    case ExitCode::kInvalid: return why_invalid(report) + "; ";
    case ExitCode::kThreshold: return fmt::format("missed {}; ", missed(report));
    default: return {};
  }
}

}  // namespace

std::string grouped(std::int64_t number) {
  constexpr std::size_t kGroup = 3;
  auto text = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (auto at = text.size(); at > first + kGroup;) {
    at -= kGroup;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string render_verdict(const RunReport& report) {
  const bool inconclusive = report.exit == ExitCode::kInvalid && report.validity.valid();
  return fmt::format("VERDICT {}{}: {}{}; {} over, {} twice; {}",
                     inconclusive ? "inconclusive" : verdict_of(report.exit), part_of(report.scenario), reason(report),
                     counts(report), grouped(grants_over(report.observed)), grouped(members_with_two(report.observed)),
                     rows(report));
}

}  // namespace coupon::load
