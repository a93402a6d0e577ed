#include "couponload/profile/classify.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace coupon::load {

using nlohmann::json;
using Pointer = json::json_pointer;

namespace {

constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;
constexpr std::size_t kRemembered = 64;
constexpr std::size_t kRememberedBytesMax = 1'024;

const json* find(const json& value, const Pointer& place) {
  try {
    return value.contains(place) ? &value.at(place) : nullptr;
  } catch (const json::out_of_range&) {
    return nullptr;  // an index beyond any array
  }
}

const json* find(const json& value, const std::string& pointer) {
  return pointer.empty() ? nullptr : find(value, Pointer(pointer));
}

std::string text_of(const json* found) {
  if (found == nullptr || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::optional<std::int64_t> number_of(const json* found) {
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && !std::in_range<std::int64_t>(found->get<std::uint64_t>())) return std::nullopt;
  return found->get<std::int64_t>();
}

struct ReadyCondition {
  Pointer place;
  Condition::Test test;
  json value;

  explicit ReadyCondition(const Condition& condition)
      : place(condition.pointer), test(condition.test), value(parse_json(condition.value)) {}

  [[nodiscard]] bool holds(const json& body) const {
    const auto* found = find(body, place);
    if (found == nullptr) return false;
    switch (test) {
      case Condition::Test::kEquals: return *found == value;
      case Condition::Test::kDiffers: return *found != value;
      case Condition::Test::kExists: return true;
    }
    return false;
  }
};

struct ReadyRule {
  Outcome outcome;
  std::vector<int> status;
  std::vector<ReadyCondition> where;

  explicit ReadyRule(const OutcomeRule& rule)
      : outcome(rule.outcome), status(rule.status), where(rule.where.begin(), rule.where.end()) {}

  [[nodiscard]] bool matches(int answered, const json& body) const {
    const bool status_fits = status.empty() || std::ranges::find(status, answered) != status.end();
    return status_fits && std::ranges::all_of(where, [&](const auto& condition) { return condition.holds(body); });
  }
};

Outcome without_rule(int status, bool retry_after) {
  if (status == kTooManyRequests || (status == kUnavailable && retry_after)) return Outcome::kRefused;
  return status >= 400 && status < 500 ? Outcome::kError : Outcome::kUnknown;
}

std::optional<Pointer> ready(const std::string& pointer) {
  return pointer.empty() ? std::nullopt : std::optional<Pointer>(pointer);
}

const json* find(const json& value, const std::optional<Pointer>& place) {
  return place ? find(value, *place) : nullptr;
}

struct Remembered {
  int status = 0;  // 0: nothing yet
  bool retry_after = false;
  std::string body;
  Meaning meaning;
};

}  // namespace

struct Classifier::Impl {
  explicit Impl(const Profile& profile)
      : rules(profile.outcomes.begin(), profile.outcomes.end()),
        id(ready(profile.grant.id)),
        code(ready(profile.grant.code)),
        rank(ready(profile.grant.rank)) {}

  void parse(int status, bool retry_after, std::string_view text, Meaning& meaning) {
    ++parsed;
    const auto body = parse_json(text);
    const auto rule =
        std::ranges::find_if(rules, [&](const auto& candidate) { return candidate.matches(status, body); });
    meaning.rule = rule == rules.end() ? -1 : static_cast<int>(rule - rules.begin());
    meaning.outcome = rule == rules.end() ? without_rule(status, retry_after) : rule->outcome;
    meaning.id = text_of(find(body, id));
    meaning.code = text_of(find(body, code));
    meaning.rank = number_of(find(body, rank)).value_or(0);
  }

  std::vector<ReadyRule> rules;
  std::optional<Pointer> id;
  std::optional<Pointer> code;
  std::optional<Pointer> rank;
  std::array<Remembered, kRemembered> seen;
  Meaning last;
  std::size_t parsed = 0;
};

Classifier::Classifier(const Profile& profile) : impl_(std::make_unique<Impl>(profile)) {}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;

const Meaning& Classifier::read(int status, bool retry_after, std::string_view body) {
  if (body.size() > kRememberedBytesMax) {
    impl_->parse(status, retry_after, body, impl_->last);
    return impl_->last;
  }
  auto& entry = impl_->seen[std::hash<std::string_view>{}(body) % kRemembered];
  if (entry.status != status || entry.retry_after != retry_after || entry.body != body) {
    impl_->parse(status, retry_after, body, entry.meaning);
    entry.status = status;
    entry.retry_after = retry_after;
    entry.body = body;
  }
  return entry.meaning;
}

std::size_t Classifier::parsed() const { return impl_->parsed; }

json parse_json(std::string_view body) { return json::parse(body, nullptr, false); }

std::string text_at(const json& value, const std::string& pointer) { return text_of(find(value, pointer)); }

std::optional<std::int64_t> number_at(const json& value, const std::string& pointer) {
  return number_of(find(value, pointer));
}

bool true_at(const json& value, const std::string& pointer) {
  const auto* found = find(value, pointer);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

Meaning read_answer(const Profile& profile, int status, bool retry_after, std::string_view body) {
  return Classifier(profile).read(status, retry_after, body);
}

Evidence read_shot(Classifier& classifier, const Shot& shot, std::string member) {
  Evidence evidence;
  evidence.seq = shot.seq;
  evidence.fate = shot.fate;
  evidence.attempt = shot.attempt;
  evidence.plan_ns = shot.plan_ns;
  evidence.send_ns = shot.send_ns;
  evidence.first_byte_ns = shot.first_byte_ns;
  evidence.done_ns = shot.done_ns;
  evidence.member = std::move(member);
  if (shot.fate != Fate::kAnswered) {
    evidence.outcome = shot.fate == Fate::kNotWritten ? Outcome::kError : Outcome::kUnknown;
    return evidence;
  }
  const auto& meaning = classifier.read(shot.status, shot.retry_after, shot.body);
  evidence.status = shot.status;
  evidence.outcome = meaning.outcome;
  evidence.id = meaning.id;
  evidence.code = meaning.code;
  evidence.rank = meaning.rank;
  return evidence;
}

Evidence read_shot(const Profile& profile, const Shot& shot, std::string member) {
  Classifier classifier(profile);
  return read_shot(classifier, shot, std::move(member));
}

}  // namespace coupon::load
