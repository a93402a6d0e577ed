#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.hpp"
#include "couponload/profile/condition.hpp"
#include "couponload/profile/header_field.hpp"
#include "couponload/profile/load_profile.hpp"
#include "couponload/profile/profile_reader.hpp"

namespace coupon::load {

namespace {

constexpr std::size_t kMethodBytesMax = 16;
constexpr std::size_t kWordBytesMax = 64;
constexpr int kStatusMin = 100;
constexpr int kStatusMax = 599;

bool is_body_char(char c) { return static_cast<unsigned char>(c) >= ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string class_remedy(std::string_view word) {
  std::vector<std::string_view> names;
  for (const auto outcome : kOutcomes) names.push_back(name_of(outcome));
  for (const auto name : names) {
    if (base::looks_like(word, name)) return fmt::format("did you mean '{}'?", name);
  }
  return fmt::format("write one of {}", fmt::join(names, ", "));
}

}  // namespace

void ProfileReader::read_fields(const TomlSection& section, const PlaceholderScope& allowed, Headers& headers) const {
  Headers own;
  if (!section.pairs("headers", own, kFieldBytesMax)) return;
  for (auto& [name, value] : own) {
    if (const auto good = check_field(name, value); !good) section.refuse("headers", good.error().message);
    if (const auto good = check_placeholders(value, allowed); !good) {
      section.refuse("headers", fmt::format("{}: {}", name, good.error().message));
    }
    headers.emplace_back(std::move(name), std::move(value));
  }
}

RequestShape ProfileReader::read_shape(const TomlSection& section, const PlaceholderScope& allowed) const {
  RequestShape shape;
  section.require("method", "write method = \"POST\"");
  section.require("path", "write the path behind the URL: path = \"/issue\"");
  if (section.text("method", shape.method, kMethodBytesMax)) {
    const bool upper =
        !shape.method.empty() && std::ranges::all_of(shape.method, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!upper)
      section.refuse("method", fmt::format("'{}' must be capital letters, such as GET or POST", shape.method));
  }
  read_path(section, allowed, shape.path);
  if (section.text("body", shape.body, kBodyBytesMax)) {
    if (!std::ranges::all_of(shape.body, is_body_char)) section.refuse("body", "has a control character; escape it");
    if (const auto good = check_placeholders(shape.body, allowed); !good) section.refuse("body", good.error().message);
  }
  read_fields(section, allowed, shape.headers);
  for (const auto& field : profile_.headers) {
    const auto same = [&](const auto& own) { return same_field(own.first, field.first); };
    if (std::ranges::none_of(shape.headers, same)) shape.headers.push_back(field);
  }
  return shape;
}

void ProfileReader::read_request() {
  root_.require("request", "write request = { method = \"POST\", path = \"/issue\", body = '…' }");
  const auto section = root_.section("request", {"method", "path", "body", "headers"});
  if (section) profile_.request = read_shape(*section, scope(true, true));
}

void ProfileReader::read_outcomes() {
  const auto sections = root_.sections("outcome", {"class", "status", "where"});
  for (const auto& section : sections) read_outcome(section);
  if (!root_.has("outcome")) return root_.require("outcome", "write at least [[outcome]] with class = \"issued\"");
  const auto promises = [](const OutcomeRule& rule) {
    return rule.outcome == Outcome::kIssued || rule.outcome == Outcome::kPending;
  };
  if (sections.size() == profile_.outcomes.size() && std::ranges::none_of(profile_.outcomes, promises)) {
    root_.refuse("outcome", "no rule has class = \"issued\" (or \"pending\"); nothing would ever be issued");
  }
}

void ProfileReader::read_outcome(const TomlSection& section) {
  std::string word;
  section.require("class", "write what the answer means: class = \"issued\"");
  if (!section.text("class", word, kWordBytesMax)) return;
  const auto outcome = std::ranges::find(kOutcomes, word, [](Outcome one) { return name_of(one); });
  if (outcome == kOutcomes.end()) {
    return section.refuse("class", fmt::format("'{}' is not a class; {}", word, class_remedy(word)));
  }
  OutcomeRule rule{.outcome = *outcome, .status = {}};
  if (!section.has("status") && !section.has("where")) {
    section.require("status", "a rule needs status, where or both: status = [200]");
  }
  const bool has_status = section.numbers("status", rule.status, kStatusMin, kStatusMax);
  std::vector<std::string> conditions;
  const bool has_where = section.texts("where", conditions);
  for (const auto& text : conditions) {
    auto condition = parse_condition(text);
    if (!condition) {
      section.refuse("where", condition.error().message);
    } else {
      rule.where.push_back(std::move(*condition));
    }
  }
  if (has_status || has_where) profile_.outcomes.push_back(std::move(rule));
}

void ProfileReader::read_steps(const char* key, std::vector<Step>& steps) {
  for (const auto& section : root_.sections(key, {"method", "path", "body", "headers", "expect", "capture"})) {
    read_step(section, steps);
  }
}

void ProfileReader::read_step(const TomlSection& section, std::vector<Step>& steps) {
  Step step{.shape = read_shape(section, scope(false, false)), .expect = {}};
  if (section.has("expect") && !section.numbers("expect", step.expect, kStatusMin, kStatusMax)) return;
  if (section.has("capture")) read_capture(section, step);
  steps.push_back(std::move(step));
}

void ProfileReader::read_capture(const TomlSection& section, Step& step) {
  constexpr std::array<std::string_view, 6> kReserved{"member", "seq", "run", "attempt", "uuid", "key"};
  Headers pairs;
  if (!section.pairs("capture", pairs, kFieldBytesMax)) return;
  for (auto& [name, pointer] : pairs) {
    if (!is_placeholder_name(name)) {
      section.refuse("capture", fmt::format("'{}' is not a name; use letters, digits, _ and -", name));
    }
    if (std::ranges::find(kReserved, name) != kReserved.end()) {
      section.refuse("capture", fmt::format("{{{}}} has a meaning already; choose another name", name));
    }
    if (const auto good = check_pointer(pointer); !good) {
      section.refuse("capture", fmt::format("{}: {}", name, good.error().message));
    }
    captured_.push_back(name);
    step.capture.push_back({std::move(name), std::move(pointer)});
  }
}

}  // namespace coupon::load
