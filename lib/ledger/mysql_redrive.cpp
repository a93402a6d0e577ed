// Dead letters on a server that become rows after all, or tombstones.

#include <optional>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/mysql_ledger.hpp"
#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::Result;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;

namespace {

struct Step {
  DeadLetter after;
  Attempt attempt;
};

Result<bool> any(MysqlSession& session, const std::string& sql) {
  const auto found =
      read_one<std::int64_t>(session, sql, [](const MysqlRow& row) -> Result<std::int64_t> { return row.integer(0); });
  if (!found) return std::unexpected(found.error());
  return found->has_value();
}

// With its coupon locked, no worker inserts beside it: what is read here stays true.
Result<RedriveOutcome> look(MysqlSession& session, const GrantEvent& event) {
  const auto coupon = read_coupon(session, event.code, Locked::kForChange);
  if (!coupon) return std::unexpected(coupon.error());
  if (!*coupon) return RedriveOutcome::kOrphan;
  const auto row = read_row(session, event.id, Locked::kForChange);
  if (!row) return std::unexpected(row.error());
  if (*row) {
    return (*row)->row.state == RowState::kRevoked ? RedriveOutcome::kLateCopy : RedriveOutcome::kPresent;
  }
  const SqlBytes code{event.code.text()};
  const auto taken = any(session, sql_text("SELECT 1 FROM issues WHERE code = ? AND live_user = ? FOR UPDATE",
                                           {code, SqlBytes{event.member.text()}}));
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return RedriveOutcome::kDisplaced;
  const auto full = any(session, sql_text("SELECT 1 FROM issues WHERE code = ? AND state <> 'REVOKED'"
                                          " HAVING COUNT(*) >= ?",
                                          {code, (*coupon)->quota}));
  if (!full) return std::unexpected(full.error());
  return *full ? RedriveOutcome::kFull : RedriveOutcome::kInserted;
}

Result<Attempt> try_letter(MysqlSession& session, const DeadLetter& letter) {
  auto event = event_of(letter);
  if (!event) return attempt_failed(RedriveOutcome::kUnreadable);
  const auto outcome = look(session, *event);
  if (!outcome) return std::unexpected(outcome.error());
  if (*outcome == RedriveOutcome::kInserted) {
    const GrantEvent* const row = &*event;
    const auto changed = insert_rows(session, {&row, 1});
    if (!changed && blames_the_row(changed.error())) {
      return Attempt{RedriveOutcome::kRejected, changed.error().message, std::nullopt};
    }
    if (!changed) return std::unexpected(changed.error());
    if (*changed != 1) return base::fail_retryable(Errc::kConflict, "the grant's row changed meanwhile");
  }
  auto attempt = attempt_failed(*outcome);
  attempt.event = std::move(event);
  return attempt;
}

// The next letter that is due and that no other dlt worker has in hand.
// model: Retry
Result<std::optional<Step>> retry_one(MysqlSession& session, const RetryPolicy& policy, std::int64_t now_ms) {
  auto letter = read_one<DeadLetter>(
      session,
      std::string(kLetterColumns) +
          sql_text(" FORCE INDEX (failed_coupon_issues_due) WHERE state = 'RETRYING' AND next_attempt_ms <= ?"
                   " ORDER BY next_attempt_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED",
                   {now_ms}),
      letter_from);
  if (!letter) return std::unexpected(letter.error());
  if (!*letter) return std::nullopt;
  auto attempt = try_letter(session, **letter);
  if (!attempt) return std::unexpected(attempt.error());
  Step step{after_attempt(std::move(**letter), *attempt, &policy, now_ms), std::move(*attempt)};
  COUPON_TRY(update_letter(session, step.after));
  return step;
}

// model: Redrive
Result<RedriveReport> redrive_one(MysqlSession& session, std::int64_t id, std::int64_t now_ms) {
  auto letter = read_letter(session, id, Locked::kForChange);
  if (!letter) return std::unexpected(letter.error());
  // A call that is repeated finds its own work done.
  if (letter->state == DeadLetterState::kRedriven) return RedriveReport{RedriveOutcome::kPresent, std::nullopt};
  if (!is_open(*letter)) return is_closed(*letter);
  const auto attempt = try_letter(session, *letter);
  if (!attempt) return std::unexpected(attempt.error());
  COUPON_TRY(update_letter(session, after_attempt(std::move(*letter), *attempt, nullptr, now_ms)));
  return report_of(*attempt);
}

// model: Discard
Result<DiscardReport> discard_one(MysqlSession& session, std::int64_t id, std::string_view reason,
                                  std::int64_t now_ms) {
  auto letter = read_letter(session, id, Locked::kForChange);
  if (!letter) return std::unexpected(letter.error());
  if (!is_open(*letter) && letter->state != DeadLetterState::kDiscarded) return is_closed(*letter);
  DiscardReport report;
  if (letter->code && letter->member && letter->grant) {
    const GrantRef ref{*letter->member, *letter->grant};
    const auto row = read_row(session, ref.id, Locked::kForChange);
    if (!row) return std::unexpected(row.error());
    if (*row && ((*row)->code != letter->code->text() || (*row)->row.grant.member != ref.member)) {
      return base::fail(Errc::kConflict, "the grant's row is of another member or coupon");
    }
    if (!*row && is_open(*letter)) COUPON_TRY(write_tombstone(session, *letter->code, ref, reason, now_ms));
    if (*row ? (*row)->row.state == RowState::kRevoked : is_open(*letter)) {
      report = {letter->code, ref};
    }
  }
  if (!is_open(*letter)) return report;
  letter->state = DeadLetterState::kDiscarded;
  letter->reason = reason;
  letter->updated_ms = now_ms;
  COUPON_TRY(update_letter(session, *letter));
  return report;
}

}  // namespace

Result<RetryPass> MysqlLedger::retry_letters(std::size_t limit, const RetryPolicy& policy, std::int64_t now_ms) {
  RetryPass pass;
  while (pass.taken() < limit) {
    const auto step =
        pool_.transact<std::optional<Step>>([&](MysqlSession& session) { return retry_one(session, policy, now_ms); });
    if (!step && pass.taken() == 0) return std::unexpected(step.error());
    if (!step || !*step) break;
    count(pass, (*step)->after, (*step)->attempt);
  }
  return pass;
}

Result<RedriveReport> MysqlLedger::redrive(std::int64_t id) {
  return pool_.transact<RedriveReport>(
      [&](MysqlSession& session) { return redrive_one(session, id, clock_.wall_ms()); });
}

Result<DiscardReport> MysqlLedger::discard(std::int64_t id, std::string_view reason) {
  return pool_.transact<DiscardReport>(
      [&](MysqlSession& session) { return discard_one(session, id, reason, clock_.wall_ms()); });
}

}  // namespace coupon::ledger
