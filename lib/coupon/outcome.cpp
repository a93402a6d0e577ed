#include "coupon/outcome.hpp"

namespace coupon {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kGranted: return "granted";
    case Outcome::kAlready: return "already";
    case Outcome::kSoldOut: return "sold_out";
    case Outcome::kNotOpen: return "not_open";
    case Outcome::kEnded: return "ended";
    case Outcome::kPaused: return "paused";
    case Outcome::kUnknownCoupon: return "unknown_coupon";
    case Outcome::kFenced: return "fenced";
  }
  return "fenced";
}

}  // namespace coupon
