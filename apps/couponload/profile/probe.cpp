#include "couponload/profile/probe.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>

#include "couponload/excerpt.hpp"
#include "couponload/members.hpp"
#include "couponload/profile/classify.hpp"
#include "couponload/profile/condition.hpp"
#include "couponload/profile/explain.hpp"
#include "couponload/profile/request_template.hpp"

namespace coupon::load {

using base::Result;
using net::http::Answer;

namespace {

constexpr int kOk = 200;
// Beyond the numbers of any run.
constexpr std::uint64_t kThrowawayFirst = 90'000'000;
constexpr std::uint64_t kThrowawayLast = 99'999'999;

Result<std::string> throwaway_member(const MemberShape& shape) {
  std::random_device random;
  const auto source = MemberSource::make(shape, random());
  if (!source) return std::unexpected(source.error());
  if (const auto size = source->size()) return source->name(*size - 1);
  return source->name(std::uniform_int_distribution<std::uint64_t>(kThrowawayFirst, kThrowawayLast)(random));
}

class Prober {
 public:
  Prober(const Profile& profile, const StepsPlan& plan, Variables& values)
      : profile_(profile), plan_(plan), values_(values), client_(plan.url, plan.client) {}

  Result<ProbeReport> run() {
    auto member = throwaway_member(profile_.members);
    if (!member) return std::unexpected(member.error());
    member_ = std::move(*member);
    line("asked", fmt::format("as member {}", member_));
    const auto answer = ask(profile_.request);
    if (!answer) return std::unexpected(answer.error());
    line("answered", fmt::format("{}: {}", answer->status, excerpt(answer->body)));
    judge(*answer);
    read_numbers("quota", profile_.quota.path, {{"quota", profile_.quota.pointer}});
    read_numbers(
        "count", profile_.count.path,
        {{"issued", profile_.count.issued}, {"quota", profile_.count.quota}, {"recorded", profile_.count.recorded}});
    read_back();
    return std::move(report_);
  }

 private:
  using Pointers = std::vector<std::pair<std::string_view, std::string>>;

  void line(std::string_view name, const std::string& text) {
    fmt::format_to(std::back_inserter(report_.text), "  {:<11} {}\n", name, text);
  }
  void mismatch(std::string text) { report_.mismatches.push_back(std::move(text)); }

  Result<Answer> ask(const RequestShape& shape) {
    return client_.ask(make_question(shape, {.code = {}, .member = member_, .variables = &values_}, plan_.headers));
  }

  void judge(const Answer& answer) {
    const auto meaning = read_answer(profile_, answer.status, answer.retry_after_s.has_value(), answer.body);
    outcome_ = meaning.outcome;
    if (meaning.rule >= 0) {
      const auto index = static_cast<std::size_t>(meaning.rule);
      line("rule", fmt::format("{} ({}): {}", index + 1, name_of(meaning.outcome), text_of(profile_.outcomes[index])));
    } else {
      explain_no_match(answer, meaning.outcome);
    }
    const bool granted = outcome_ == Outcome::kIssued || outcome_ == Outcome::kPending;
    const auto body = parse_json(answer.body);
    find("grant.id", body, profile_.grant.id, granted);
    find("grant.rank", body, profile_.grant.rank, outcome_ == Outcome::kIssued);
    find("grant.code", body, profile_.grant.code, outcome_ == Outcome::kDuplicate || outcome_ == Outcome::kSoldOut);
  }

  void explain_no_match(const Answer& answer, Outcome outcome) {
    line("rule", fmt::format("none matches, so it is {}", name_of(outcome)));
    for (std::size_t i = 0; i < profile_.outcomes.size(); ++i) {
      line("", fmt::format("not {} ({}): {}", i + 1, name_of(profile_.outcomes[i].outcome),
                           why_not(profile_.outcomes[i], answer.status, answer.body)));
    }
    if (outcome == Outcome::kRefused) return;
    mismatch(fmt::format("no rule matches the answer with status {}; add an [[outcome]] for it, or mend the request",
                         answer.status));
  }

  bool find(std::string_view name, const nlohmann::json& body, const std::string& pointer, bool expected) {
    if (pointer.empty()) return false;
    const auto text = text_at(body, pointer);
    line(name, text.empty() ? fmt::format("{}: nothing there", pointer) : fmt::format("{} = {}", pointer, text));
    if (text.empty() && expected) mismatch(fmt::format("{}: the answer has nothing at {}", name, pointer));
    return !text.empty();
  }

  void read_numbers(std::string_view name, const std::string& path, const Pointers& pointers) {
    if (path.empty()) return;
    const auto answer = read(name, path);
    if (!answer) return;
    const auto body = parse_json(answer->body);
    for (const auto& [what, pointer] : pointers) {
      const auto key = fmt::format("{}.{}", name, what);
      if (find(key, body, pointer, true) && !number_at(body, pointer)) {
        mismatch(fmt::format("{}: what stands at {} is no whole number", key, pointer));
      }
    }
  }

  void read_back() {
    if (profile_.readback.path.empty()) return;
    if (outcome_ != Outcome::kIssued) return line("readback", "not tried: nothing was issued");
    const auto answer = read("readback", profile_.readback.path);
    if (!answer) return;
    const auto body = parse_json(answer->body);
    find("readback.id", body, profile_.readback.id, true);
    find("readback.recorded", body, profile_.readback.recorded, true);
  }

  std::optional<Answer> read(std::string_view name, const std::string& path) {
    auto answer = ask(reading(profile_, path));
    if (!answer) {
      mismatch(fmt::format("{}: {}", name, answer.error().message));
      return std::nullopt;
    }
    line(name, fmt::format("answered {}: {}", answer->status, excerpt(answer->body)));
    if (answer->status == kOk) return std::move(*answer);
    mismatch(fmt::format("{}: GET {} answered {}, not 200", name, path, answer->status));
    return std::nullopt;
  }

  const Profile& profile_;
  const StepsPlan& plan_;
  const Variables& values_;
  net::http::Client client_;
  std::string member_;
  Outcome outcome_ = Outcome::kUnknown;
  ProbeReport report_;
};

}  // namespace

std::string why_not(const OutcomeRule& rule, int status, std::string_view body) {
  if (!rule.status.empty() && std::ranges::find(rule.status, status) == rule.status.end()) {
    return fmt::format("status {} is not {}", status, fmt::join(rule.status, " or "));
  }
  const auto parsed = parse_json(body);
  if (parsed.is_discarded() && !rule.where.empty()) return "the body is no JSON";
  for (const auto& condition : rule.where) {
    const Profile one{.name = {}, .outcomes = {{.outcome = rule.outcome, .status = {}, .where = {condition}}}};
    if (read_answer(one, status, false, body).rule >= 0) continue;
    const auto found = text_at(parsed, condition.pointer);
    return fmt::format("{}: {}", text_of(condition), found.empty() ? "nothing is there" : "there is " + found);
  }
  return {};
}

Result<ProbeReport> probe(const Profile& profile, const StepsPlan& plan, Variables values) {
  Result<ProbeReport> report = ProbeReport{};
  const auto ready = run_setup(profile, plan, values);
  if (ready) {
    report = Prober(profile, plan, values).run();
  } else {
    report = std::unexpected(ready.error());
  }
  const auto failures = run_teardown(profile, plan, values);
  if (!report) return report;
  for (const auto& failure : failures) report->mismatches.push_back(failure.message);
  return report;
}

}  // namespace coupon::load
