#include "couponload/verify/observed.hpp"

#include <algorithm>

namespace coupon::load {

bool carries_grant(Outcome outcome) {
  return outcome == Outcome::kIssued || outcome == Outcome::kPending || outcome == Outcome::kDuplicate;
}

std::int64_t count_of(const Observed& observed, Outcome outcome) {
  const auto kept = std::ranges::count(observed.asks, outcome, &Evidence::outcome);
  return kept + (observed.left_out ? observed.left_out->of(outcome) : 0);
}

}  // namespace coupon::load
