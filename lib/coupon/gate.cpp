#include "coupon/gate.hpp"

#include <fmt/format.h>

namespace coupon {

std::unexpected<base::Error> fence_too_late(const CouponCode& code, std::uint32_t target, std::int64_t epoch) {
  return base::fail_retryable(
      base::Errc::kConflict,
      fmt::format("the gate of {} is at epoch {} already, not before {}: another rebuild was "
                  "faster, or the ledger is older than the gate; if it stays so, set coupons.epoch of {} to {} "
                  "in the ledger and rebuild again",
                  code.text(), epoch, target, code.text(), epoch));
}

}  // namespace coupon
