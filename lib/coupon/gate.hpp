#pragma once
// The gate decides who gets a coupon. One call decides for many members of one coupon; it is atomic, and its answer is
// fresh: there is no cache in front of it.
//
// An engine object belongs to one thread (io loop): calls come from it, completions are posted to the executor the
// object was made with. Calls never block. Every completion is called exactly once; an Error means that the outcome is
// unknown unless its code says otherwise (kBusy, kInvalid: nothing happened). All calls are idempotent: repeating one
// after an unknown outcome with the same arguments is safe.
//
// Home and epoch: a gate's data are trusted only on the server (identity) on which they were approved last. A restart,
// promotion or loss of data makes the identity differ, and every call below answers kFenced until a rebuild has merged
// the ledger and opened the gate again under a greater epoch.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "coupon/coupon.hpp"
#include "coupon/grant.hpp"
#include "coupon/outcome.hpp"

namespace coupon {

/// One member's ask. The candidate id becomes the grant's id if a place is given; a stored id equal to the candidate
/// means the ask was granted before and the reply was lost.
struct Ask {
  MemberId member;
  GrantId candidate;
  std::uint64_t key_hash = 0;
};

struct Decision {
  Outcome outcome = Outcome::kFenced;
  std::optional<HeldGrant> held;  ///< with kGranted and kAlready
};

struct IssueReply {
  std::int64_t now_ms = 0;  ///< the gate's clock
  std::uint32_t epoch = 0;
  Window window;
  std::vector<Decision> decisions;  ///< in the order of the asks
};

struct GateStatus {
  bool known = false;    ///< the gate has data for this code
  bool serving = false;  ///< and they are approved on this server
  bool building = false;
  CouponState state = CouponState::kOpen;
  Window window;
  std::int64_t quota = 0;
  std::int64_t held = 0;
  std::int64_t pending = 0;
  std::int64_t seq = 0;  ///< highest rank given
  std::uint64_t version = 0;
  std::uint32_t epoch = 0;
  /// Of the rebuild in hand: another text whenever it got on or another one took over; empty without one.
  std::string progress;
};

/// What the gate holds for one member.
struct MemberReply {
  bool serving = false;
  std::uint32_t epoch = 0;
  std::optional<HeldGrant> held;
};

/// Grants whose journal record is due, with the epoch to stamp on it.
struct ClaimReply {
  bool serving = false;
  std::uint32_t epoch = 0;
  std::vector<Grant> due;
};

/// Absolute values, never differences. Applied only if `version` is greater than the gate's.
struct GateChange {
  std::uint64_t version = 0;
  std::int64_t quota = 0;
  CouponState state = CouponState::kOpen;
  Window window;
};

struct ChangeReply {
  bool serving = false;
  bool applied = false;  ///< false also when the gate has this version or a newer one already
  std::uint32_t epoch = 0;
  std::int64_t quota = 0;  ///< in force now
  std::int64_t held = 0;
};

struct GatePage {
  bool serving = false;
  std::uint32_t epoch = 0;
  std::vector<HeldGrant> grants;
  std::string next;  ///< cursor of the next page; empty at the end
};

/// Names one rebuild: bound to the epoch it aims at and to the server it fenced, so that it means nothing elsewhere.
struct BuildToken {
  std::uint32_t target_epoch = 0;
  std::string server;        ///< and the attempt: a later fence ends this one
  std::int64_t wait_ms = 0;  ///< until a server that was cut off, and may not know of the fence, has stopped serving
};

struct SettleReply {
  bool mine = false;  ///< false: another rebuild took over, start again
  std::int64_t held = 0;
  std::int64_t pending = 0;  ///< held, but unknown to the ledger: will be published again
  std::int64_t voided = 0;   ///< beyond the quota; never answered with 200
  std::int64_t seq = 0;
};

/// The error of a fence whose target is not ahead of `epoch`, the gate's or another rebuild's.
[[nodiscard]] std::unexpected<base::Error> fence_too_late(const CouponCode& code, std::uint32_t target,
                                                          std::int64_t epoch);

/// Largest number of asks, refs or grants in one call.
inline constexpr std::size_t kGateBatchMax = 4096;

class Gate {
 public:
  virtual ~Gate() = default;

  // The members' path.
  virtual void issue(const CouponCode& code, std::vector<Ask> asks, base::Done<IssueReply> done) = 0;
  /// Pending becomes confirmed where home, epoch and id are still those of the issue. One bool per ref.
  virtual void confirm(const CouponCode& code, std::uint32_t epoch, std::vector<GrantRef> refs,
                       base::Done<std::vector<bool>> done) = 0;
  virtual void find(const CouponCode& code, const MemberId& member, base::Done<MemberReply> done) = 0;
  virtual void status(const CouponCode& code, base::Done<GateStatus> done) = 0;

  // The relay's.
  /// Up to `limit` pending grants whose next attempt is due; each is rescheduled `retry_ms` ahead.
  virtual void claim(const CouponCode& code, std::size_t limit, std::int64_t retry_ms, base::Done<ClaimReply> done) = 0;

  // The operator's and reconcile's, each by id. False: the member does not hold this id (any more), or not serving.
  virtual void revoke(const CouponCode& code, GrantRef ref, base::Done<bool> done) = 0;
  /// A confirmed grant becomes pending again, so that it is published again.
  virtual void rearm(const CouponCode& code, GrantRef ref, base::Done<bool> done) = 0;
  /// Takes over, confirmed, a grant that the ledger has and the gate lost. False also when the member holds another.
  virtual void adopt(const CouponCode& code, Grant grant, base::Done<bool> done) = 0;
  virtual void change(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) = 0;
  /// quota := max(change.quota, held); the reply says what it became.
  virtual void reduce(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) = 0;
  /// All grants in pages of at most `limit`; each page is consistent in itself only.
  virtual void scan(const CouponCode& code, std::string cursor, std::size_t limit, base::Done<GatePage> done) = 0;

  // Rebuild, in this order; see service/rebuild.hpp.
  /// Stops serving this coupon here, creating it empty if it is unknown. kConflict (retryable) when the gate is at this
  /// epoch already, or another rebuild aims beyond it: who asks has read the ledger's epoch too early.
  virtual void fence(const CouponCode& code, std::uint32_t target_epoch, base::Done<BuildToken> done) = 0;
  /// The ledger's grants win per member, as confirmed; the revoked ids are dropped. False: not the token's any more.
  virtual void merge(const CouponCode& code, const BuildToken& token, std::vector<Grant> held,
                     std::vector<GrantRef> revoked, base::Done<bool> done) = 0;
  /// After the last merge: what was not merged becomes pending, by rank, as far as `quota` reaches; the rest is voided.
  virtual void settle(const CouponCode& code, const BuildToken& token, std::int64_t quota,
                      base::Done<SettleReply> done) = 0;
  /// Serves again, here, under the token's epoch. `seq` is the highest rank ever given. False: not the token's.
  virtual void open(const CouponCode& code, const BuildToken& token, const GateChange& values, std::int64_t seq,
                    base::Done<bool> done) = 0;
  /// Drops everything known of the code. Only for a coupon that is fenced.
  virtual void forget(const CouponCode& code, const BuildToken& token, base::Done<bool> done) = 0;

 protected:
  Gate() = default;
  Gate(const Gate&) = default;
  Gate& operator=(const Gate&) = default;
};

}  // namespace coupon
