#pragma once
// Looks after every coupon of the ledger: a gate that does not serve what was seeded once is rebuilt, and what differs
// between gate and ledger is mended. Neither needs anybody to ask for it.

#include <cstdint>
#include <map>
#include <string>

#include "base/metrics.hpp"
#include "service/backend.hpp"

namespace coupon::service {

struct KeeperConfig {
  /// How long a rebuild that somebody else has begun may go without progress before it counts as abandoned. Twice as
  /// long after each time it did and the coupon still does not serve, up to ten minutes: what takes long is
  /// not taken over for ever by several who are all too impatient.
  std::int64_t patience_ms = 5'000;
};

/// One thread at a time, which may block for a while; never the one that persists, since both wait for it.
class Keeper {
 public:
  Keeper(Backend& backend, KeeperConfig config, base::Metrics& metrics);

  /// Rebuilds the gates that are fenced, lost or left in the middle. Answers how many. A coupon whose rebuild failed
  /// does not stop the others; the first Error is given in the end.
  [[nodiscard]] base::Result<std::int64_t> rebuild_fenced();
  /// Compares every coupon that is served, and applies what mends the differences. Answers how many there were.
  [[nodiscard]] base::Result<std::int64_t> reconcile_all();

 private:
  /// Calls `visit(coupon)` for every coupon that was ever seeded.
  template <class Visit>
  [[nodiscard]] base::Result<std::int64_t> each_seeded(Visit visit);
  [[nodiscard]] base::Result<std::int64_t> rebuild_if_fenced(const Coupon& coupon);
  [[nodiscard]] base::Result<std::int64_t> reconcile_one(const Coupon& coupon);

  /// A rebuild by somebody else, as this keeper sees it.
  struct Watch {
    std::uint32_t epoch = 0;  ///< the ledger's: it moves in the middle of a rebuild
    std::string progress;
    std::int64_t since_ns = 0;  ///< when it was first seen like this
    int abandoned = 0;          ///< how often it counted as abandoned
  };

  /// Somebody else is at it, and gets on.
  [[nodiscard]] bool in_hand(const Coupon& coupon, const GateStatus& status);

  Backend& backend_;
  KeeperConfig config_;
  std::map<CouponCode, Watch> watched_;
  base::Counter rebuilds_;
  base::Counter differences_;
  base::Gauge fenced_;
};

}  // namespace coupon::service
