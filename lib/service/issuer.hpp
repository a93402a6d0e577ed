#pragma once
// The members' path: from an ask to its answer. While one gate call of a coupon is in flight, the asks that arrive
// gather and leave together as the next one; so the gate's price is shared under load, and nobody waits for a timer.
//
// 200 means: the gate granted, the journal acknowledged, and the gate confirmed. What is not acknowledged and confirmed
// by the deadline is answered as pending; it keeps its place, and the relay publishes it.

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "coupon/gate.hpp"
#include "coupon/journal.hpp"

namespace coupon::service {

struct IssuerConfig {
  std::size_t merge_max = 512;       ///< asks in one gate call, at most kGateBatchMax
  std::size_t waiting_max = 20'000;  ///< asks of one issuer without an answer; above: kBusy
  std::int64_t deadline_ms = 2'000;  ///< from the ask's departure to its answer
  std::int64_t retry_ms = 50;        ///< between attempts of a gate call whose outcome is unknown
};

struct IssueAnswer {
  Outcome outcome = Outcome::kFenced;
  std::optional<Grant> grant;  ///< with kGranted and kAlready
  bool pending = false;        ///< the grant is not yet known to be in the journal
  bool same_key = false;       ///< kAlready, under the same Idempotency-Key: a repetition, not a second ask
  Window window;               ///< the gate's, with kNotOpen and kEnded
};

/// One per io loop: call it and destroy it on that loop's thread. Gate, journal, scheduler, clock and metrics must
/// outlive it, and no completion may run after its end.
class Issuer {
 public:
  Issuer(Gate& gate, Journal& journal, base::Scheduler& loop, const base::Clock& clock, const IssuerConfig& config,
         base::Metrics& metrics);
  ~Issuer();
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  /// `key_hash`: see hash_idempotency_key; 0 without a key. Errors: kBusy (nothing happened), kTimeout and others
  /// (unknown: asking again tells).
  void issue(const CouponCode& code, const MemberId& member, std::uint64_t key_hash, base::Done<IssueAnswer> done);

 private:
  struct Request;
  struct Batch;
  struct Lane;
  struct Counters;
  using BatchPtr = std::shared_ptr<Batch>;

  void depart(const CouponCode& code);
  void call_gate(const BatchPtr& batch);
  void on_decisions(const BatchPtr& batch, base::Result<IssueReply> reply);
  void on_gate_error(const BatchPtr& batch, base::Error error);
  void lane_free(const CouponCode& code);
  void settle(const BatchPtr& batch, const IssueReply& reply);
  void publish(const BatchPtr& batch);
  void on_appended(const BatchPtr& batch, const base::Result<std::vector<bool>>& acknowledged);
  void on_confirmed(const BatchPtr& batch, const std::vector<std::size_t>& asked,
                    const base::Result<std::vector<bool>>& confirmed);
  void answer(Request& request, base::Result<IssueAnswer> result);
  void finish(const BatchPtr& batch);
  void arm_sweep();
  void sweep();
  void expire(const BatchPtr& batch);

  Gate& gate_;
  Journal& journal_;
  base::Scheduler& loop_;
  const base::Clock& clock_;
  IssuerConfig config_;
  std::unique_ptr<Counters> counters_;
  base::UlidGenerator ids_;
  std::unordered_map<CouponCode, std::unique_ptr<Lane>> lanes_;
  std::list<BatchPtr> in_hand_;  // oldest first
  std::size_t waiting_ = 0;
  bool sweeping_ = false;
};

}  // namespace coupon::service
