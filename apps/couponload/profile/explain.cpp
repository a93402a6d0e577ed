#include "couponload/profile/explain.hpp"

#include <fmt/format.h>
#include <iterator>

#include "couponload/members.hpp"
#include "couponload/profile/condition.hpp"
#include "couponload/profile/placeholders.hpp"
#include "couponload/profile/values.hpp"

namespace coupon::load {

namespace {

constexpr std::size_t kHashShown = 12;

void line(std::string& out, std::string_view name, const std::string& text) {
  fmt::format_to(std::back_inserter(out), "{:<12}{}\n", name, text);
}

std::string describe(const MemberShape& members) {
  switch (members.kind) {
    case MemberShape::Kind::kSeq: {
      const auto format = MemberFormat::parse(members.format);
      if (!format) return members.format;
      return fmt::format("{}, {}, …", format->name(members.start), format->name(members.start + 1));
    }
    case MemberShape::Kind::kUuid: return "UUIDs that --seed decides";
    case MemberShape::Kind::kFile: return fmt::format("the lines of {}", members.path);
  }
  return {};
}

// What has to be said on the command line or in the environment, the profile's own vars left out.
std::string needs(const Profile& profile) {
  std::vector<std::string> parts;
  for (const auto& name : required_values(profile)) {
    if (name == "code") {
      if (!profile.vars.contains("code")) parts.emplace_back("--code");
    } else if (name.starts_with(kVar)) {
      const auto var = name.substr(kVar.size());
      if (!profile.vars.contains(var)) parts.push_back(fmt::format("--var {}=…", var));
    } else if (name.starts_with(kEnv)) {
      parts.push_back(fmt::format("the environment variable {}", name.substr(kEnv.size())));
    }
  }
  return parts.empty() ? "nothing else" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string describe(const Step& step) {
  auto text = fmt::format("{} {}, expects {}", step.shape.method, step.shape.path,
                          step.expect.empty() ? "any 2xx" : fmt::format("{}", fmt::join(step.expect, " or ")));
  for (const auto& capture : step.capture) text += fmt::format(", {{{}}} becomes {}", capture.name, capture.pointer);
  return text;
}

void describe_steps(std::string& out, std::string_view name, const std::vector<Step>& steps) {
  if (steps.empty()) return line(out, name, "none");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    line(out, i == 0 ? name : "", fmt::format("{}. {}", i + 1, describe(steps[i])));
  }
}

void describe_rules(std::string& out, const Profile& profile) {
  out += "\nAnswers; the first rule that matches decides\n";
  for (std::size_t i = 0; i < profile.outcomes.size(); ++i) {
    const auto& rule = profile.outcomes[i];
    fmt::format_to(std::back_inserter(out), "  {:>2}. {:<10} {}\n", i + 1, name_of(rule.outcome), text_of(rule));
  }
  out += "  otherwise      429, and 503 with Retry-After: refused; other 4xx: error; the rest: unknown\n";
}

}  // namespace

std::string text_of(const OutcomeRule& rule) {
  std::string text = rule.status.empty() ? std::string() : fmt::format("status {}", fmt::join(rule.status, " or "));
  for (const auto& condition : rule.where) {
    if (!text.empty()) text += " and ";
    text += text_of(condition);
  }
  return text;
}

Variables example_values(const Profile& profile, const Variables& known) {
  auto values = known;
  const auto add = [&](const std::string& name) {
    auto shown = name.substr(name.find(':') + 1);
    for (auto& c : shown) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    values.try_emplace(name, std::move(shown));
  };
  for (const auto& [name, value] : profile.vars) {
    values.try_emplace(std::string(kVar) + name, value);
    if (name == "code") values.try_emplace(name, value);
  }
  for (const auto& name : required_values(profile)) add(name);
  for (const auto& step : profile.setup) {
    for (const auto& capture : step.capture) add(capture.name);
  }
  add("run");
  return values;
}

std::string explain(const Profile& profile) {
  std::string out;
  line(out, "Profile", fmt::format("{}, sha256 {}…", profile.name, profile.sha256.substr(0, kHashShown)));
  line(out, "Target", profile.url.empty() ? "named on the command line" : profile.url);
  line(out, "Members", describe(profile.members));
  line(out, "Needs", needs(profile));
  describe_steps(out, "Set-up", profile.setup);
  line(out, "Prime", profile.prime.empty() ? "none" : fmt::format("GET {}", profile.prime));
  line(out, "Request", fmt::format("{} {}", profile.request.method, profile.request.path));
  describe_steps(out, "Teardown", profile.teardown);
  describe_rules(out, profile);
  out += "\nThe verdict\n";
  for (const auto& item : coverage(profile)) {
    fmt::format_to(std::back_inserter(out), "  {:<9} {:<11} {}\n", item.invariant,
                   item.checked ? "checked" : "NOT CHECKED", item.how);
  }
  const auto odd = doubts(profile);
  if (!odd.empty()) out += "\nDoubtful\n";
  for (const auto& doubt : odd) fmt::format_to(std::back_inserter(out), "  - {}\n", doubt);
  return out;
}

}  // namespace coupon::load
