#include "couponload/profile/header_field.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/core.h>
#include <strings.h>

#include "couponload/profile/placeholders.hpp"

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;

namespace {

bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs{"host", "content-length", "connection", "transfer-encoding",
                                                  "expect"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kOurs, lower) != kOurs.end();
}

}  // namespace

Result<> check_field(std::string_view name, std::string_view value) {
  if (name.empty() || !std::ranges::all_of(name, is_token_char)) {
    return fail(Errc::kInvalid, fmt::format("'{}' is not the name of a header field; write Name: value", name));
  }
  if (is_ours(name)) {
    return fail(Errc::kInvalid, fmt::format("{} is set by couponload itself; leave it out", name));
  }
  if (has_control_character(value)) {
    return fail(Errc::kInvalid, fmt::format("the value of {} has a control character; remove it", name));
  }
  if (value.size() > kFieldBytesMax) {
    return fail(Errc::kInvalid,
                fmt::format("the value of {} has {} bytes, {} are allowed", name, value.size(), kFieldBytesMax));
  }
  return {};
}

Result<std::pair<std::string, std::string>> parse_field(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return fail(Errc::kInvalid, fmt::format("'{}' must be 'Name: value'", text));
  }
  const auto name = text.substr(0, colon);
  const auto begin = std::min(text.find_first_not_of(" \t", colon + 1), text.size());
  const auto value = text.substr(begin);
  COUPON_TRY(check_field(name, value));
  return std::pair(std::string(name), std::string(value));
}

bool same_field(const std::string& a, const std::string& b) { return ::strcasecmp(a.c_str(), b.c_str()) == 0; }

}  // namespace coupon::load
