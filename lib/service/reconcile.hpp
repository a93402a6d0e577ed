#pragma once
// Compares the gate with the ledger, member by member, while both are in use. What is on its way from one to the other
// is no difference: the ledger is read before and after the gate, and the journal is drained in between.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/backend.hpp"

namespace coupon::service {

enum class Difference {
  kLostRecord,     ///< confirmed in the gate, unknown to the ledger: publish it again (rearm)
  kMissingInGate,  ///< live in the ledger, not in the gate: give it back (adopt)
  kRevokedHeld,    ///< revoked in the ledger, still held in the gate: release it
  kOtherGrant,     ///< the member's live grants differ: the ledger's wins, and somebody should know
  kOtherMember,    ///< the ledger has the gate's grant as another member's: release it here
  kOtherRank,      ///< one grant with two ranks: somebody edited one; only who did knows which
  kValues,         ///< quota, state or window of the gate are not the ledger's
  kNotServing,     ///< the gate does not serve this coupon: it has to be seeded
};

[[nodiscard]] std::string_view name_of(Difference difference);  ///< "lost_record", "missing_in_gate", …
/// What mends it: "rearm", "adopt", "release", …
[[nodiscard]] std::string_view remedy_of(Difference difference);

struct Finding {
  Difference difference = Difference::kNotServing;
  std::string member;  ///< empty: concerns the whole coupon
  std::string gate;    ///< what the gate has: a grant id, or values
  std::string ledger;
  std::optional<Grant> grant = {};  ///< the ledger's, that the gate is missing
};

struct ReconcileReport {
  Coupon coupon;
  std::int64_t in_gate = 0;    ///< grants compared
  std::int64_t in_ledger = 0;  ///< live rows and open dead letters
  std::int64_t pending = 0;    ///< of the gate's, not yet confirmed: the relay's business, no difference
  std::vector<Finding> findings;
  [[nodiscard]] bool consistent() const { return findings.empty(); }
};

/// Changes nothing. Blocks; reads everything of the coupon into memory (about 200 bytes a grant). kConflict
/// (retryable) when the gate was rebuilt meanwhile.
[[nodiscard]] base::Result<ReconcileReport> plan_reconcile(Backend& backend, const CouponCode& code);

/// What apply_reconcile did about the findings of a plan.
struct ReconcileResult {
  std::int64_t mended = 0;
  std::int64_t passed = 0;  ///< no difference any more, or of the kind that goes away by itself
};

/// Mends what a plan found, by id and never against the ledger: each step does nothing where the state has moved on.
/// Blocks; may be repeated, also after an Error in the middle.
[[nodiscard]] base::Result<ReconcileResult> apply_reconcile(Backend& backend, const ReconcileReport& plan);

}  // namespace coupon::service
