#pragma once
// Changing a coupon that is being issued. A restriction (less quota, pause, close) takes effect in the gate first, a
// relaxation (more quota, resume) in the ledger first: so the ledger never promises less than the gate gives.

#include <cstdint>
#include <string>

#include "service/backend.hpp"

namespace coupon::service {

struct ChangeReport {
  Coupon coupon;          ///< as it is in the ledger now
  bool in_gate = false;   ///< the gate serves with these values; false: it will once it is seeded
  std::int64_t held = 0;  ///< in the gate, when in_gate
};

struct QuotaTarget {
  std::int64_t value = 0;
  bool relative = false;  ///< `value` is a difference to the quota of the moment
};

/// Each blocks and may be repeated. Errors: kNotFound; kInvalid (out of bounds); kConflict (a closed coupon stays
/// closed, or others kept changing it); kFenced (a reduction needs a gate that serves: seed it first).
/// A reduction stops at what is held already; the report says where.
[[nodiscard]] base::Result<ChangeReport> set_quota(Backend& backend, const CouponCode& code, QuotaTarget target,
                                                   const std::string& actor);
[[nodiscard]] base::Result<ChangeReport> set_state(Backend& backend, const CouponCode& code, CouponState state,
                                                   const std::string& actor);

}  // namespace coupon::service
