#include "couponload/profile/condition.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;
using nlohmann::json;

namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

}  // namespace

Result<> check_pointer(std::string_view text) {
  if (!text.starts_with('/')) {
    return fail(Errc::kInvalid, fmt::format("'{}' is not a JSON pointer; write /name or /outer/name", text));
  }
  if (text.size() > kPointerBytesMax) {
    return fail(Errc::kInvalid,
                fmt::format("the JSON pointer has {} bytes, {} are allowed", text.size(), kPointerBytesMax));
  }
  for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 < text.size() && (text[at + 1] == '0' || text[at + 1] == '1')) continue;
    return fail(Errc::kInvalid, fmt::format("'{}': in a JSON pointer write ~0 for ~ and ~1 for /", text));
  }
  return {};
}

Result<Condition> parse_condition(std::string_view text) {
  const auto whole = trimmed(text);
  const auto space = std::min(whole.find_first_of(" \t"), whole.size());
  Condition condition{.pointer = std::string(whole.substr(0, space)), .test = Condition::Test::kExists, .value = {}};
  COUPON_TRY(check_pointer(condition.pointer));
  const auto rest = trimmed(whole.substr(space));
  if (rest == "exists") return condition;
  if (!rest.starts_with("==") && !rest.starts_with("!=")) {
    return fail(Errc::kInvalid,
                fmt::format("'{}' must be a pointer, a space, and then == VALUE, != VALUE or exists", text));
  }
  condition.test = rest.starts_with("==") ? Condition::Test::kEquals : Condition::Test::kDiffers;
  const auto value = trimmed(rest.substr(2));
  const auto parsed = json::parse(value, nullptr, false);
  if (parsed.is_discarded()) {
    return fail(Errc::kInvalid,
                fmt::format("'{}': the value {} is not JSON; write true, 7, null or a text in double quotes: \"{}\"",
                            text, value, value));
  }
  condition.value = parsed.dump();
  return condition;
}

std::string text_of(const Condition& condition) {
  switch (condition.test) {
    case Condition::Test::kEquals: return fmt::format("{} == {}", condition.pointer, condition.value);
    case Condition::Test::kDiffers: return fmt::format("{} != {}", condition.pointer, condition.value);
    case Condition::Test::kExists: return fmt::format("{} exists", condition.pointer);
  }
  return {};
}

}  // namespace coupon::load
