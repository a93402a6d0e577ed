#pragma once
// Seed, re-seed, unfence and rebuild are one procedure, because a gate is never trusted by its looks: it always gets
// what the ledger knows before it serves. In this order:
//   0 read the ledger's epoch e          1 fence the gate for epoch e + 1
//   2 drain the journal to its end       3 the ledger's epoch becomes e + 1, compared with the e of step 0
//   4 read the ledger in one snapshot    5 merge it into the gate; void what the quota does not reach
//   6 open the gate under epoch e + 1
// Several may race and any may crash: every step checks that the rebuild is still its own, and the next one starts
// over. Sound because every answered grant was appended before the fence and is drained by step 2; after step 3 the
// ledger accepts only what the new gate vouches for.

#include <cstdint>

#include "service/backend.hpp"

namespace coupon::service {

struct RebuildConfig {
  int attempts_max = 10;          ///< when others rebuild at the same time
  std::size_t merge_max = 1'000;  ///< grants in one gate call
  std::int64_t backoff_ms = 20;   ///< first wait between attempts
  std::int64_t backoff_max_ms = 500;
  std::int64_t patience_max_ms = 30'000;  ///< longest wait for another that took over, from backoff_ms on, doubling
  bool gives_way = false;                 ///< does not start over when another took over: an Error, see was_overtaken
};

struct RebuildReport {
  Coupon coupon;
  std::int64_t held = 0;     ///< grants in the gate now
  std::int64_t pending = 0;  ///< of these, unknown to the ledger: the relay publishes them again
  std::int64_t voided = 0;   ///< beyond the quota, never answered as issued
  int attempts = 0;
};

/// Blocks. Another rebuild that took over and finished counts as this one's success. On an Error the gate may stay
/// fenced, which is safe: it refuses until a rebuild succeeds. kConflict: open dead letters name no coupon (mend them
/// first), or others kept rebuilding.
[[nodiscard]] base::Result<RebuildReport> rebuild(Backend& backend, const CouponCode& code,
                                                  const RebuildConfig& config = {});

/// Another rebuild of the coupon took over, or was faster. Also when the ledger is older than the gate.
[[nodiscard]] bool was_overtaken(const base::Error& error);

/// Blocks for a moment of the caller's clock; used between attempts.
void pause_ms(std::int64_t delay_ms);

}  // namespace coupon::service
