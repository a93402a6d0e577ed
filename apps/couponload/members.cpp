#include "couponload/members.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <random>

#include "base/text.hpp"

namespace coupon::load {

using base::Errc;

namespace {

constexpr std::int64_t kWidthMax = 18;

bool is_printable(char c) { return c > ' ' && c < '\x7f' && c != '{' && c != '}'; }

// What stands between the braces: "", ":d" or ":0Nd". The width, or -1.
std::int64_t width_of(std::string_view spec) {
  if (spec.empty() || spec == ":d") return 0;
  if (!spec.starts_with(":0") || !spec.ends_with('d')) return -1;
  return base::parse_integer(spec.substr(2, spec.size() - 3), "width", 1, kWidthMax).value_or(-1);
}

}  // namespace

base::Result<MemberFormat> MemberFormat::parse(std::string_view text) {
  const auto open = text.find('{');
  const auto close = text.find('}', open == std::string_view::npos ? 0 : open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    MemberFormat format;
    format.before_ = text.substr(0, open);
    format.after_ = text.substr(close + 1);
    const auto width = width_of(text.substr(open + 1, close - open - 1));
    if (width >= 0 && std::ranges::all_of(format.before_ + format.after_, is_printable)) {
      format.width_ = static_cast<std::size_t>(width);
      return format;
    }
  }
  return base::fail(Errc::kInvalid, fmt::format("'{}' must be a name with one number in it, such as m{{:08d}}", text));
}

std::string MemberFormat::name(std::uint64_t number) const {
  const auto digits = fmt::format_int(number);
  auto out = before_;
  out.append(digits.size() < width_ ? width_ - digits.size() : 0, '0');
  out.append(digits.data(), digits.size());
  return out += after_;
}

Members::Members(MemberFormat format, std::uint32_t requests, std::uint32_t same, std::uint64_t seed)
    : format_(std::move(format)), same_(same), numbers_((requests + same - 1) / same) {
  std::iota(numbers_.begin(), numbers_.end(), 1U);
  std::mt19937_64 random(seed);
  std::ranges::shuffle(numbers_, random);
}

}  // namespace coupon::load
