#include "coupon/rules.hpp"

#include <algorithm>

namespace coupon {

std::optional<Outcome> refusal(const GateRules& rules, std::int64_t held, std::int64_t now_ms) {
  if (rules.state == CouponState::kPaused) return Outcome::kPaused;
  if (rules.state != CouponState::kOpen) return Outcome::kEnded;
  if (now_ms < rules.window.opens_ms) return Outcome::kNotOpen;
  if (rules.window.ends_ms != 0 && now_ms >= rules.window.ends_ms) return Outcome::kEnded;
  if (held >= rules.quota) return Outcome::kSoldOut;
  return std::nullopt;
}

std::int64_t reduced_quota(std::int64_t target, std::int64_t held) { return std::max(target, held); }

}  // namespace coupon
