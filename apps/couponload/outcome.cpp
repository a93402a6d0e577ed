#include "couponload/outcome.hpp"

namespace coupon::load {

std::string_view name_of(Outcome outcome) {
  constexpr std::array<std::string_view, kOutcomeCount> kNames{"issued",  "pending", "duplicate", "sold_out",
                                                               "refused", "error",   "unknown"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

}  // namespace coupon::load
