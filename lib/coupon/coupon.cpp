#include "coupon/coupon.hpp"

#include <fmt/format.h>

namespace coupon {

std::string_view name_of(CouponState state) {
  switch (state) {
    case CouponState::kOpen: return "OPEN";
    case CouponState::kPaused: return "PAUSED";
    case CouponState::kClosed: return "CLOSED";
    case CouponState::kDeleted: return "DELETED";
  }
  return "CLOSED";
}

base::Result<CouponState> parse_coupon_state(std::string_view text) {
  for (const auto state : {CouponState::kOpen, CouponState::kPaused, CouponState::kClosed, CouponState::kDeleted}) {
    if (text == name_of(state)) return state;
  }
  return base::fail(base::Errc::kCorrupt, fmt::format("unknown coupon state '{}'", text));
}

base::Result<> validate(const Coupon& coupon) {
  using base::Errc;
  if (coupon.quota < 1 || coupon.quota > kQuotaMax) {
    return base::fail(Errc::kInvalid, fmt::format("quantity must be between 1 and {}", kQuotaMax));
  }
  if (coupon.title.size() > kTitleMax) {
    return base::fail(Errc::kInvalid, fmt::format("title must have at most {} bytes", kTitleMax));
  }
  const auto& window = coupon.window;
  if (window.ends_ms != 0 && window.ends_ms <= window.opens_ms) {
    return base::fail(Errc::kInvalid, "endsAt must be after opensAt");
  }
  return {};
}

}  // namespace coupon
