// Dead letters of the embedded store that become rows after all, or tombstones. Every work is a transaction of the only
// writer: what it reads stays true until it commits.

#include <optional>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::Result;
using net::sql::Database;
using Kind = net::sql::GroupCommit::Kind;

namespace {

struct Step {
  DeadLetter after;
  Attempt attempt;
};

Result<std::int64_t> live_rows(Database& database, const CouponCode& code) {
  auto row = database.cached("SELECT count(*) FROM issues WHERE code = ?1 AND state <> 'REVOKED'");
  row->bind(1, code.text());
  const auto there = row->step();
  if (!there) return std::unexpected(there.error());
  return row->integer(0);
}

Result<RedriveOutcome> look(Database& database, const GrantEvent& event) {
  const auto coupon = read_coupon(database, event.code);
  if (!coupon) return std::unexpected(coupon.error());
  if (!*coupon) return RedriveOutcome::kOrphan;
  const auto row = read_row(database, event.id);
  if (!row) return std::unexpected(row.error());
  if (*row) return (*row)->state == RowState::kRevoked ? RedriveOutcome::kLateCopy : RedriveOutcome::kPresent;
  const auto holder = read_live(database, event.code, event.member);
  if (!holder) return std::unexpected(holder.error());
  if (*holder) return RedriveOutcome::kDisplaced;
  const auto live = live_rows(database, event.code);
  if (!live) return std::unexpected(live.error());
  return *live >= (*coupon)->quota ? RedriveOutcome::kFull : RedriveOutcome::kInserted;
}

Result<Attempt> try_letter(Database& database, const DeadLetter& letter) {
  auto event = event_of(letter);
  if (!event) return attempt_failed(RedriveOutcome::kUnreadable);
  const auto outcome = look(database, *event);
  if (!outcome) return std::unexpected(outcome.error());
  if (*outcome == RedriveOutcome::kInserted) {
    const auto done = insert_row(database, *event);
    if (!done && blames_the_row(done.error())) {
      return Attempt{RedriveOutcome::kRejected, done.error().message, std::nullopt};
    }
    if (!done) return std::unexpected(done.error());
  }
  auto attempt = attempt_failed(*outcome);
  attempt.event = std::move(event);
  return attempt;
}

// model: Retry
Result<std::optional<Step>> retry_one(Database& database, const RetryPolicy& policy, std::int64_t now_ms) {
  auto letter = read_due(database, now_ms);
  if (!letter) return std::unexpected(letter.error());
  if (!*letter) return std::nullopt;
  auto attempt = try_letter(database, **letter);
  if (!attempt) return std::unexpected(attempt.error());
  Step step{after_attempt(std::move(**letter), *attempt, &policy, now_ms), std::move(*attempt)};
  COUPON_TRY(update_letter(database, step.after));
  return step;
}

// model: Redrive
Result<RedriveReport> redrive_one(Database& database, std::int64_t id, std::int64_t now_ms) {
  auto letter = read_letter(database, id);
  if (!letter) return std::unexpected(letter.error());
  // A call that is repeated finds its own work done.
  if (letter->state == DeadLetterState::kRedriven) return RedriveReport{RedriveOutcome::kPresent, std::nullopt};
  if (!is_open(*letter)) return is_closed(*letter);
  const auto attempt = try_letter(database, *letter);
  if (!attempt) return std::unexpected(attempt.error());
  COUPON_TRY(update_letter(database, after_attempt(std::move(*letter), *attempt, nullptr, now_ms)));
  return report_of(*attempt);
}

// What discarding an attributable letter does to its grant.
Result<DiscardReport> discard_grant(Database& database, const DeadLetter& letter, std::string_view reason,
                                    std::int64_t now_ms) {
  const GrantRef ref{*letter.member, *letter.grant};
  const auto row = read_row(database, ref.id);
  if (!row) return std::unexpected(row.error());
  const bool open = is_open(letter);
  if (*row) {
    const auto mine = belongs(database, *letter.code, ref);
    if (!mine) return std::unexpected(mine.error());
    if (!*mine) return base::fail(Errc::kConflict, "the grant's row is of another member or coupon");
  } else if (open) {
    COUPON_TRY(write_tombstone(database, *letter.code, ref, reason, now_ms));
  }
  const bool revoked = *row ? (*row)->state == RowState::kRevoked : open;
  return revoked ? DiscardReport{letter.code, ref} : DiscardReport{};
}

// model: Discard
Result<DiscardReport> discard_one(Database& database, std::int64_t id, std::string_view reason, std::int64_t now_ms) {
  auto letter = read_letter(database, id);
  if (!letter) return std::unexpected(letter.error());
  if (!is_open(*letter) && letter->state != DeadLetterState::kDiscarded) return is_closed(*letter);
  Result<DiscardReport> report;
  if (letter->code && letter->member && letter->grant) report = discard_grant(database, *letter, reason, now_ms);
  if (!report || !is_open(*letter)) return report;
  letter->state = DeadLetterState::kDiscarded;
  letter->reason = reason;
  letter->updated_ms = now_ms;
  COUPON_TRY(update_letter(database, *letter));
  return report;
}

}  // namespace

Result<RetryPass> SqliteLedger::retry_letters(std::size_t limit, const RetryPolicy& policy, std::int64_t now_ms) {
  RetryPass pass;
  while (pass.taken() < limit) {
    const auto step =
        run<std::optional<Step>>(Kind::kWrite, [&](Database& db) { return retry_one(db, policy, now_ms); });
    if (!step && pass.taken() == 0) return std::unexpected(step.error());
    if (!step || !*step) break;
    count(pass, (*step)->after, (*step)->attempt);
  }
  return pass;
}

Result<RedriveReport> SqliteLedger::redrive(std::int64_t id) {
  return run<RedriveReport>(Kind::kWrite, [&](Database& db) { return redrive_one(db, id, clock_.wall_ms()); });
}

Result<DiscardReport> SqliteLedger::discard(std::int64_t id, std::string_view reason) {
  return run<DiscardReport>(Kind::kWrite, [&](Database& db) { return discard_one(db, id, reason, clock_.wall_ms()); });
}

}  // namespace coupon::ledger
