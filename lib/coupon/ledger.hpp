#pragma once
// The ledger keeps the truth: coupons, issued grants, dead letters. Keyed by grant id: the first committed of ISSUED or
// REVOKED wins, and at most one live row exists per coupon and member.
//
// Thread-safe. Every call blocks for one transaction, so never call it on an io loop. After an Error that is
// retryable, repeat the call as it was: all of them are idempotent or guarded by a version (create by the code).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "coupon/coupon.hpp"
#include "coupon/event.hpp"
#include "coupon/grant.hpp"
#include "coupon/journal.hpp"

namespace coupon {

enum class RowState { kIssued, kUsed, kRevoked };
[[nodiscard]] std::string_view name_of(RowState state);  ///< "ISSUED", "USED", "REVOKED"
[[nodiscard]] base::Result<RowState> parse_row_state(std::string_view text);

struct LedgerRow {
  Grant grant;
  std::uint32_t epoch = 0;
  RowState state = RowState::kIssued;
  std::string reason;  ///< why it was revoked
};

enum class DeadLetterState { kRetrying, kOpen, kRedriven, kDiscarded, kStale };
[[nodiscard]] std::string_view name_of(DeadLetterState state);  ///< "RETRYING", "OPEN", …
[[nodiscard]] base::Result<DeadLetterState> parse_dead_letter_state(std::string_view text);

/// A record that could not become a row. An open dead letter (RETRYING or OPEN) holds its place in every rebuild, and
/// so its epoch is compared when it is stored (a stale one is stored STALE) and never again: the grant that it carries
/// has been vouched for since.
struct DeadLetter {
  std::int64_t id = 0;  ///< given by the ledger
  ConsumedRecord record;
  std::string error_class;  ///< unreadable, orphan, displaced, rejected
  std::string error;
  std::optional<CouponCode> code;  ///< what could be read of it
  std::optional<MemberId> member;
  std::optional<GrantId> grant;
  std::uint32_t epoch = 0;
  int attempts = 0;  ///< to make it a row since: by itself and by operators
  DeadLetterState state = DeadLetterState::kOpen;
  std::int64_t next_attempt_ms = 0;  ///< while RETRYING
  std::string reason;                ///< why it was discarded
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

/// The grant that a letter carries: what its value says or, when that cannot be read, what its headers said. Then the
/// rank is the one found in the damaged value, or 0, and the time that of the id. Empty when nobody's, or of a newer
/// version.
[[nodiscard]] std::optional<GrantEvent> event_of(const DeadLetter& letter);

/// Which letters; what is empty or 0 does not matter.
struct DeadLetterFilter {
  std::optional<DeadLetterState> state;
  std::optional<CouponCode> code;
  std::optional<MemberId> member;
  std::string error_class;
  std::int64_t since_ms = 0;  ///< stored then or later
};

/// How RETRYING letters are tried: the waits double, with jitter, from backoff_ms up to backoff_max_ms.
struct RetryPolicy {
  int attempts_max = 3;
  std::int64_t backoff_ms = 1'000;
  std::int64_t backoff_max_ms = 60'000;
};

/// What became of the letters that were due.
struct RetryPass {
  std::size_t redriven = 0;          ///< their grants have rows now
  std::size_t discarded = 0;         ///< their grants are revoked
  std::size_t put_off = 0;           ///< to be tried again
  std::size_t opened = 0;            ///< tried often enough: an operator's now
  std::vector<GrantEvent> inserted;  ///< of those redriven, the ones whose rows are new

  [[nodiscard]] std::size_t taken() const { return redriven + discarded + put_off + opened; }
};

enum class RedriveOutcome {
  kInserted,    ///< a new row; the letter is REDRIVEN
  kPresent,     ///< the row was there, live; the letter is REDRIVEN
  kLateCopy,    ///< the grant is revoked; the letter is DISCARDED
  kDisplaced,   ///< another grant of this member is live
  kFull,        ///< the coupon has as many live rows as its quota: its place was given to somebody else
  kOrphan,      ///< the ledger has no such coupon
  kUnreadable,  ///< neither value nor headers name the grant
  kRejected,    ///< the store refuses the row; the letter's error says why
};
[[nodiscard]] std::string_view name_of(RedriveOutcome outcome);

struct RedriveReport {
  RedriveOutcome outcome = RedriveOutcome::kUnreadable;
  std::optional<GrantEvent> inserted;  ///< the new row's
};

struct DiscardReport {
  /// The revoked grant, whose place the caller may now release in the gate. Empty when the letter is nobody's, or only
  /// a copy of a grant that has a live row.
  std::optional<CouponCode> code;
  std::optional<GrantRef> revoked;
};

struct PersistItem {
  GrantEvent event;
  ConsumedRecord record;  ///< what it was decoded from, kept if it becomes a dead letter
};

enum class PersistOutcome {
  kInserted,   ///< a new row
  kPresent,    ///< a copy: the row was there, live
  kLateCopy,   ///< the grant was revoked before its record came
  kStale,      ///< of an epoch before the coupon's: dropped
  kDisplaced,  ///< another grant of this member is live: became a dead letter, and deserves an alarm
  kOrphan,     ///< the ledger has no such coupon: became a dead letter
};
inline constexpr int kPersistOutcomeCount = 6;
[[nodiscard]] std::string_view name_of(PersistOutcome outcome);

struct Counts {
  std::int64_t issued = 0;
  std::int64_t used = 0;
  std::int64_t revoked = 0;
  std::int64_t dead_open = 0;  ///< RETRYING and OPEN
};

/// What a rebuild merges into the gate, read in one transaction.
struct LedgerSnapshot {
  Coupon coupon;
  std::vector<Grant> held;        ///< ISSUED, USED and open dead letters
  std::vector<GrantRef> revoked;  ///< these beat an open dead letter of the same id
  std::int64_t rank_max = 0;

  /// The gate goes on behind this rank; one that no gate can have given counts for nothing.
  void count_from(std::int64_t rank) {
    if (rank > rank_max && rank <= kRankMax) rank_max = rank;
  }
};

/// Values to change; what is empty stays.
struct CouponChange {
  std::optional<std::int64_t> quota;
  std::optional<CouponState> state;
  std::optional<Window> window;
  std::string actor;  ///< who, for the record
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  /// kConflict when the code exists (or existed): also when a repeated call had succeeded before.
  [[nodiscard]] virtual base::Result<> create(const Coupon& coupon) = 0;
  /// kNotFound also for a deleted one, unless `with_deleted`.
  [[nodiscard]] virtual base::Result<Coupon> coupon(const CouponCode& code, bool with_deleted = false) = 0;
  /// By code, those behind `after` (empty: from the start); without deleted ones.
  [[nodiscard]] virtual base::Result<std::vector<Coupon>> coupons(std::string_view after, std::size_t limit) = 0;
  /// Compare and set on `version` (and on `epoch`, when given): kConflict when either moved on. Answers the coupon as
  /// it is now, its version being `version` + 1.
  [[nodiscard]] virtual base::Result<Coupon> change(const CouponCode& code, std::uint64_t version,
                                                    std::optional<std::uint32_t> epoch, const CouponChange& change) = 0;
  /// Epoch `from` becomes `from` + 1; kConflict when it is not `from`.
  [[nodiscard]] virtual base::Result<> bump_epoch(const CouponCode& code, std::uint32_t from) = 0;

  /// One transaction for all items, and for `dead`, letters found before (unreadable records). An item that becomes a
  /// dead letter is stored in the same transaction: RETRYING when the coupon is unknown, as are letters of the class
  /// "rejected", else OPEN. A letter of an epoch (not 0) before its coupon's is stored STALE. A permanent Error (not
  /// retryable) means that some item cannot be stored and nothing was: split the batch to find it.
  [[nodiscard]] virtual base::Result<std::vector<PersistOutcome>> persist(const std::vector<PersistItem>& items,
                                                                          const std::vector<DeadLetter>& dead) = 0;

  [[nodiscard]] virtual base::Result<std::optional<LedgerRow>> row(const GrantId& id) = 0;
  /// The member's live row, if any.
  [[nodiscard]] virtual base::Result<std::optional<LedgerRow>> find(const CouponCode& code, const MemberId& member) = 0;
  /// Rows of every state by rank, behind (after_rank, after_id).
  [[nodiscard]] virtual base::Result<std::vector<LedgerRow>> rows(const CouponCode& code, std::int64_t after_rank,
                                                                  const GrantId& after_id, std::size_t limit) = 0;
  [[nodiscard]] virtual base::Result<Counts> counts(const CouponCode& code) = 0;
  [[nodiscard]] virtual base::Result<LedgerSnapshot> snapshot(const CouponCode& code) = 0;

  /// The tombstone: ISSUED (or no row yet, for an open dead letter) becomes REVOKED for good; closes an open dead
  /// letter of the id as DISCARDED. True when it is REVOKED now. kConflict for a USED one, kNotFound when nothing is
  /// known.
  [[nodiscard]] virtual base::Result<bool> revoke(const CouponCode& code, const GrantRef& ref,
                                                  std::string_view reason) = 0;
  /// By id, those behind `after_id`.
  [[nodiscard]] virtual base::Result<std::vector<DeadLetter>> dead_letters(const DeadLetterFilter& filter,
                                                                           std::int64_t after_id,
                                                                           std::size_t limit) = 0;
  [[nodiscard]] virtual base::Result<DeadLetter> dead_letter(std::int64_t id) = 0;
  /// Tries up to `limit` RETRYING letters that are due at `now_ms`, each in a transaction of its own; several callers
  /// share the work. An Error leaves what was done before it done.
  [[nodiscard]] virtual base::Result<RetryPass> retry_letters(std::size_t limit, const RetryPolicy& policy,
                                                              std::int64_t now_ms) = 0;
  /// The operator's: makes an open letter's grant a row, whatever its epoch. What cannot be done leaves the letter
  /// open, with one more attempt. kConflict when the letter was closed another way, kNotFound when there is none.
  [[nodiscard]] virtual base::Result<RedriveReport> redrive(std::int64_t id) = 0;
  /// The operator's: closes an open letter and, unless its grant has a live row, revokes the grant as revoke() does, in
  /// one transaction. kConflict when the letter was closed another way, or when the grant's row is another member's or
  /// coupon's; kNotFound when there is no such letter.
  [[nodiscard]] virtual base::Result<DiscardReport> discard(std::int64_t id, std::string_view reason) = 0;
  /// Open dead letters that name no coupon: a rebuild must not run past them.
  [[nodiscard]] virtual base::Result<std::int64_t> unattributed() = 0;

  /// Test systems only: removes every row and dead letter of the coupon. The epoch must have been bumped before.
  [[nodiscard]] virtual base::Result<> wipe(const CouponCode& code) = 0;
  /// Fails, with the reason, when the ledger cannot be read and written now.
  [[nodiscard]] virtual base::Result<> ping() = 0;

 protected:
  Ledger() = default;
  Ledger(const Ledger&) = default;
  Ledger& operator=(const Ledger&) = default;
};

}  // namespace coupon
