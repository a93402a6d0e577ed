#include "couponload/profile/classify.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace coupon::load {

using nlohmann::json;

namespace {

constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

const json* find(const json& value, const std::string& pointer) {
  if (pointer.empty()) return nullptr;
  const json::json_pointer place(pointer);
  return value.contains(place) ? &value.at(place) : nullptr;
}

bool holds(const Condition& condition, const json& body) {
  const auto* value = find(body, condition.pointer);
  if (value == nullptr) return false;
  switch (condition.test) {
    case Condition::Test::kEquals: return value->dump() == condition.value;
    case Condition::Test::kDiffers: return value->dump() != condition.value;
    case Condition::Test::kExists: return true;
  }
  return false;
}

bool matches(const OutcomeRule& rule, int status, const json& body) {
  return std::ranges::find(rule.status, status) != rule.status.end() &&
         std::ranges::all_of(rule.where, [&](const Condition& condition) { return holds(condition, body); });
}

Outcome without_rule(int status, bool retry_after) {
  if (status == kTooManyRequests || (status == kUnavailable && retry_after)) return Outcome::kRefused;
  return status >= 400 && status < 500 ? Outcome::kError : Outcome::kUnknown;
}

}  // namespace

json parse_json(std::string_view body) { return json::parse(body, nullptr, false); }

std::string text_at(const json& value, const std::string& pointer) {
  const auto* found = find(value, pointer);
  if (found == nullptr || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::optional<std::int64_t> number_at(const json& value, const std::string& pointer) {
  const auto* found = find(value, pointer);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

bool true_at(const json& value, const std::string& pointer) {
  const auto* found = find(value, pointer);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

Meaning read_answer(const Profile& profile, int status, bool retry_after, std::string_view body) {
  const auto parsed = parse_json(body);
  const auto rule =
      std::ranges::find_if(profile.outcomes, [&](const auto& candidate) { return matches(candidate, status, parsed); });
  Meaning meaning;
  meaning.outcome = rule == profile.outcomes.end() ? without_rule(status, retry_after) : rule->outcome;
  meaning.id = text_at(parsed, profile.grant.id);
  meaning.code = text_at(parsed, profile.grant.code);
  meaning.rank = number_at(parsed, profile.grant.rank).value_or(0);
  return meaning;
}

Evidence read_shot(const Profile& profile, const Shot& shot, std::string member) {
  Evidence evidence;
  evidence.seq = shot.seq;
  evidence.fate = shot.fate;
  evidence.send_ns = shot.send_ns;
  evidence.done_ns = shot.done_ns;
  evidence.member = std::move(member);
  if (shot.fate != Fate::kAnswered) {
    evidence.outcome = shot.fate == Fate::kNotWritten ? Outcome::kError : Outcome::kUnknown;
    return evidence;
  }
  auto meaning = read_answer(profile, shot.status, shot.retry_after, shot.body);
  evidence.status = shot.status;
  evidence.outcome = meaning.outcome;
  evidence.id = std::move(meaning.id);
  evidence.code = std::move(meaning.code);
  evidence.rank = meaning.rank;
  return evidence;
}

}  // namespace coupon::load
