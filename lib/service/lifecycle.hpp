#pragma once
// A coupon's beginning and end.

#include <cstdint>
#include <optional>
#include <string>

#include "service/backend.hpp"
#include "service/rebuild.hpp"

namespace coupon::service {

/// Closes the coupon, waits until the ledger has everything, hides it for good and drops it from the gate. Rows stay.
/// Blocks; after an Error it may be repeated.
[[nodiscard]] base::Result<> remove_coupon(Backend& backend, const CouponCode& code, const std::string& actor);

/// Makes the coupon's stock available in the gate. With `quantity`, the quota becomes this first. A gate that serves
/// already only takes the quota; `report.attempts` is 0 then. Blocks.
[[nodiscard]] base::Result<RebuildReport> init_stock(Backend& backend, const CouponCode& code,
                                                     std::optional<std::int64_t> quantity, const std::string& actor);

/// Test systems only: forgets every grant of the coupon, in the gate and in the ledger, and seeds it anew. Records
/// still on their way are of an old epoch then, and are dropped. Blocks.
[[nodiscard]] base::Result<RebuildReport> reset_coupon(Backend& backend, const CouponCode& code);

}  // namespace coupon::service
