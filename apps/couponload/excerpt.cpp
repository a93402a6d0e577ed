#include "couponload/excerpt.hpp"

#include <algorithm>

namespace coupon::load {

namespace {

constexpr std::size_t kShownBytes = 200;

}  // namespace

std::string excerpt(std::string_view body) {
  if (body.empty()) return "an empty body";
  std::string text(body.substr(0, kShownBytes));
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' '; }, ' ');
  return body.size() > kShownBytes ? text + "…" : text;
}

}  // namespace coupon::load
