#include "couponload/profile/values.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <set>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "couponload/profile/placeholders.hpp"

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kQuotaMax = 1'000'000'000'000;

// Collects names in the order in which they are needed.
class Needs {
 public:
  void add(std::string_view text) {
    for (const auto& piece : split_placeholders(text)) {
      if (piece.kind != Piece::Kind::kNamed || piece.text == "run") continue;
      if (known_.insert(std::string(piece.text)).second) names_.emplace_back(piece.text);
    }
  }
  void add(const RequestShape& shape) {
    add(shape.path);
    add(shape.body);
    for (const auto& [name, value] : shape.headers) add(value);
  }
  void add(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
      add(step.shape);
      for (const auto& capture : step.capture) known_.insert(capture.name);
    }
  }
  [[nodiscard]] std::vector<std::string> names() && { return std::move(names_); }

 private:
  std::set<std::string, std::less<>> known_;
  std::vector<std::string> names_;
};

std::vector<RequestShape> shapes_of(const Profile& profile) {
  std::vector<RequestShape> shapes{profile.request};
  for (const auto& path : {profile.quota.path, profile.count.path, profile.readback.path, profile.prime}) {
    if (!path.empty()) shapes.push_back(reading(profile, path));
  }
  return shapes;
}

base::Error missing(const std::string& name) {
  std::string remedy;
  if (name == "code") {
    remedy = "name the coupon with --code";
  } else if (name.starts_with(kEnv)) {
    remedy = fmt::format("set the environment variable {}", name.substr(kEnv.size()));
  } else if (name.starts_with(kVar)) {
    remedy = fmt::format("give it with --var {}=VALUE", name.substr(kVar.size()));
  } else {
    remedy = "it is captured by a later step only; change the order of the steps";
  }
  return {.code = Errc::kInvalid,
          .message = fmt::format("the profile needs a value for {{{}}}; {}", name, remedy),
          .retryable = false};
}

// A name that is given and stands nowhere is a slip of the pen.
Result<> check_given(const Profile& profile, const Variables& given, const std::vector<std::string>& needed) {
  for (const auto& [name, value] : given) {
    const bool used = name == "code" || std::ranges::find(needed, std::string(kVar) + name) != needed.end();
    if (used || profile.vars.contains(name)) continue;
    std::string hint;
    for (const auto& candidate : needed) {
      if (candidate.starts_with(kVar) && base::looks_like(name, candidate.substr(kVar.size()))) {
        hint = fmt::format("; did you mean {}?", candidate.substr(kVar.size()));
      }
    }
    return fail(Errc::kInvalid, fmt::format("--var {}: the profile has no {{var:{}}}{}", name, name, hint));
  }
  return {};
}

// As they will be once set-up has captured the rest.
Result<> check_all_values(const Profile& profile, Variables values) {
  for (const auto* steps : {&profile.setup, &profile.teardown}) {
    for (const auto& step : *steps) {
      for (const auto& capture : step.capture) values.try_emplace(capture.name, "captured");
    }
  }
  for (const auto* steps : {&profile.setup, &profile.teardown}) {
    for (const auto& step : *steps) COUPON_TRY(check_values(step.shape, values));
  }
  for (const auto& shape : shapes_of(profile)) COUPON_TRY(check_values(shape, values));
  return {};
}

}  // namespace

std::vector<std::string> required_values(const Profile& profile) {
  Needs needs;
  needs.add(profile.setup);
  needs.add(profile.quota.text);
  for (const auto& shape : shapes_of(profile)) needs.add(shape);
  needs.add(profile.teardown);
  return std::move(needs).names();
}

Result<Variables> initial_values(const Profile& profile, const Variables& given) {
  const auto needed = required_values(profile);
  COUPON_TRY(check_given(profile, given, needed));
  auto vars = given;
  vars.insert(profile.vars.begin(), profile.vars.end());
  Variables values;
  for (auto& [name, value] : vars) {
    if (name == "code") values[name] = value;
    values[std::string(kVar) + name] = std::move(value);
  }
  new_run(values);
  for (const auto& name : needed) {
    if (values.contains(name)) continue;
    const char* found = name.starts_with(kEnv) ? std::getenv(name.substr(kEnv.size()).c_str()) : nullptr;
    if (found == nullptr) return std::unexpected(missing(name));
    values[name] = found;
  }
  COUPON_TRY(check_all_values(profile, values));
  return values;
}

Result<> settle_quota(Profile& profile, const Variables& values) {
  if (profile.quota.text.empty()) return {};
  const auto text = fill_header(profile.quota.text, {.code = {}, .member = {}, .variables = &values});
  const auto value =
      base::parse_integer(text, fmt::format("the quota, {} = '{}',", profile.quota.text, text), 0, kQuotaMax);
  if (!value) return std::unexpected(value.error());
  profile.quota.value = *value;
  return {};
}

void new_run(Variables& values) {
  static const base::SystemClock kClock;
  thread_local base::UlidGenerator generator(kClock);
  values["run"] = generator.next().text();
}

std::string code_of(const Variables& values) {
  const auto found = values.find("code");
  return found == values.end() ? std::string() : found->second;
}

}  // namespace coupon::load
