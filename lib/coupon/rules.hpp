#pragma once
// The gate's rules as pure functions. Every engine decides exactly like this; the contract suite holds them to it.

#include <cstdint>
#include <optional>

#include "coupon/coupon.hpp"
#include "coupon/outcome.hpp"

namespace coupon {

struct GateRules {
  CouponState state = CouponState::kOpen;
  Window window;
  std::int64_t quota = 0;
};

/// Why a member who holds nothing is refused at `now_ms` (the gate's clock) while `held` places are taken; nothing
/// when there is a place. In this order: paused, closed, not open yet, ended, sold out. Existing grants come before
/// any refusal and never get here.
[[nodiscard]] std::optional<Outcome> refusal(const GateRules& rules, std::int64_t held, std::int64_t now_ms);

/// The quota that a reduction to `target` leads to: never below what is held already.
[[nodiscard]] std::int64_t reduced_quota(std::int64_t target, std::int64_t held);

}  // namespace coupon
