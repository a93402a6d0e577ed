#include "coupon/names.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace coupon::detail {

base::Result<> check_name(std::string_view text, std::string_view field, std::size_t max, std::string_view alphabet,
                          bool (*allows)(char)) {
  const auto good = [allows](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || allows(c);
  };
  if (text.empty() || text.size() > max || !std::ranges::all_of(text, good)) {
    return base::fail(base::Errc::kInvalid, fmt::format("{} must have 1 to {} characters: {}", field, max, alphabet));
  }
  return {};
}

}  // namespace coupon::detail
