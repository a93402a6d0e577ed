#pragma once
// What is decided about dead letters, whatever the engine: the state in which one is stored, and what an attempt makes
// of it.

#include <cstdint>
#include <optional>
#include <string>

#include "coupon/ledger.hpp"

namespace coupon::ledger {

/// Decides the state in which a letter is stored at `now_ms`; one that the caller has closed, or set to RETRYING, stays
/// so. `epoch`: its coupon's, if there is such a coupon. The caller holds the epoch still until it commits.
[[nodiscard]] DeadLetter as_stored(DeadLetter letter, std::optional<std::uint32_t> epoch, std::int64_t now_ms);
/// A letter for an item that cannot become a row.
[[nodiscard]] DeadLetter letter_of(const PersistItem& item, RedriveOutcome why);

/// What came of trying to make a row of a letter.
struct Attempt {
  RedriveOutcome outcome = RedriveOutcome::kUnreadable;
  std::string error;                ///< why not; empty when it is done
  std::optional<GrantEvent> event;  ///< what it carries
};
[[nodiscard]] Attempt attempt_failed(RedriveOutcome outcome);

/// The letter after an attempt: by itself (with a policy) or an operator's (without).
[[nodiscard]] DeadLetter after_attempt(DeadLetter letter, const Attempt& attempt, const RetryPolicy* policy,
                                       std::int64_t now_ms);
/// Adds one letter's fate to the pass.
void count(RetryPass& pass, const DeadLetter& after, const Attempt& attempt);

[[nodiscard]] RedriveReport report_of(const Attempt& attempt);

/// The place that an open letter holds. One of a newer version is held by what its headers say.
void add_place(const DeadLetter& letter, LedgerSnapshot& snapshot);

/// A store that refuses a row for good, rather than one that does not work.
[[nodiscard]] bool blames_the_row(const base::Error& error);

[[nodiscard]] bool is_open(const DeadLetter& letter);
[[nodiscard]] std::unexpected<base::Error> no_letter(std::int64_t id);
[[nodiscard]] std::unexpected<base::Error> is_closed(const DeadLetter& letter);

/// The error of a row of issues that cannot be read: names it, and says what to do.
[[nodiscard]] base::Error fault_of_row(const base::Error& error, const GrantId& id);

}  // namespace coupon::ledger
