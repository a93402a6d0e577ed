#pragma once
// Publishes pending grants: those whose append or confirm failed, and those that a rebuild found unknown to the
// ledger. It never gives up; each attempt of a grant is scheduled by the gate.

#include <cstdint>

#include "base/metrics.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"
#include "service/blocking_gate.hpp"

namespace coupon::service {

struct RelayConfig {
  std::size_t batch_max = 500;     ///< grants in one claim and one append
  std::int64_t retry_ms = 10'000;  ///< until a claimed grant that is not confirmed is due again
};

/// Gate and journal need executors that do not need the calling thread. One thread at a time.
class Relay {
 public:
  Relay(Gate& gate, Journal& journal, Ledger& ledger, RelayConfig config, base::Metrics& metrics);

  /// Publishes what is due, of every coupon. Blocks. Answers how many grants were confirmed.
  [[nodiscard]] base::Result<std::int64_t> pass();

 private:
  [[nodiscard]] base::Result<std::int64_t> relay_coupon(const CouponCode& code);
  [[nodiscard]] base::Result<std::int64_t> publish(const CouponCode& code, const ClaimReply& claim);

  BlockingGate gate_;
  Journal& journal_;
  Ledger& ledger_;
  RelayConfig config_;
  base::Counter confirmed_;
  base::Gauge pending_;
};

}  // namespace coupon::service
