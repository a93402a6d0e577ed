#include "couponload/shot.hpp"

#include <array>

namespace coupon::load {

std::string_view name_of(Fate fate) {
  constexpr std::array<std::string_view, 8> kNames{"unsent", "not_written", "answered",  "timeout",
                                                   "cut",    "malformed",   "too_large", "interrupted"};
  return kNames.at(static_cast<std::size_t>(fate));
}

}  // namespace coupon::load
