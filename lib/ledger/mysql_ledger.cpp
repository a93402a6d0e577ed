// Grants and dead letters on a server; coupons are in mysql_coupons.cpp.

#include "ledger/mysql_ledger.hpp"

#include <utility>

#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::Result;
using net::sql::MysqlIsolation;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;

namespace {

constexpr int kPersistTries = 5;

std::optional<LedgerRow> bare(std::optional<StoredRow> stored) {
  if (!stored) return std::nullopt;
  return std::move(stored->row);
}

Result<LedgerRow> bare_row_from(const MysqlRow& columns) {
  auto stored = row_from(columns);
  if (!stored) return std::unexpected(stored.error());
  return std::move(stored->row);
}

bool raced(const base::Error& error) { return error.code == Errc::kConflict && error.retryable; }

}  // namespace

Result<std::vector<PersistOutcome>> MysqlLedger::persist(const std::vector<PersistItem>& items,
                                                         const std::vector<DeadLetter>& dead) {
  for (int tries = 1;; ++tries) {
    auto outcomes = pool_.transact<std::vector<PersistOutcome>>(
        [&](MysqlSession& session) { return persist_all(session, items, dead, /*look=*/tries > 1, clock_.wall_ms()); });
    if (outcomes || !raced(outcomes.error()) || tries == kPersistTries) return outcomes;
  }
}

Result<std::optional<LedgerRow>> MysqlLedger::row(const GrantId& id) {
  return pool_.read<std::optional<LedgerRow>>([&](MysqlSession& session) -> Result<std::optional<LedgerRow>> {
    auto stored = read_row(session, id, Locked::kNo);
    if (!stored) return std::unexpected(stored.error());
    return bare(std::move(*stored));
  });
}

Result<std::optional<LedgerRow>> MysqlLedger::find(const CouponCode& code, const MemberId& member) {
  return pool_.read<std::optional<LedgerRow>>([&](MysqlSession& session) {
    const auto sql = std::string(kRowColumns) +
                     sql_text(" WHERE code = ? AND live_user = ?", {SqlBytes{code.text()}, SqlBytes{member.text()}});
    return read_one<LedgerRow>(session, sql, bare_row_from);
  });
}

Result<std::vector<LedgerRow>> MysqlLedger::rows(const CouponCode& code, std::int64_t after_rank,
                                                 const GrantId& after_id, std::size_t limit) {
  return pool_.read<std::vector<LedgerRow>>([&](MysqlSession& session) {
    // Not (rank_no, grant_id) > (?, ?): servers read no index for that.
    const auto sql = std::string(kRowColumns) + sql_text(
                                                    " WHERE code = ? AND rank_no >= ? AND (rank_no > ? OR grant_id > ?)"
                                                    " ORDER BY rank_no, grant_id LIMIT ?",
                                                    {SqlBytes{code.text()}, after_rank, after_rank,
                                                     SqlBytes{after_id.view()}, static_cast<std::int64_t>(limit)});
    return read_all<LedgerRow>(session, sql, bare_row_from);
  });
}

Result<Counts> MysqlLedger::counts(const CouponCode& code) {
  return pool_.transact<Counts>([&](MysqlSession& session) { return count_rows(session, code); },
                                MysqlIsolation::kSnapshot);
}

Result<LedgerSnapshot> MysqlLedger::snapshot(const CouponCode& code) {
  return pool_.transact<LedgerSnapshot>([&](MysqlSession& session) { return read_snapshot(session, code); },
                                        MysqlIsolation::kSnapshot);
}

Result<bool> MysqlLedger::revoke(const CouponCode& code, const GrantRef& ref, std::string_view reason) {
  return pool_.transact<bool>(
      [&](MysqlSession& session) { return revoke_grant(session, code, ref, reason, clock_.wall_ms()); });
}

Result<std::vector<DeadLetter>> MysqlLedger::dead_letters(const DeadLetterFilter& filter, std::int64_t after_id,
                                                          std::size_t limit) {
  return pool_.read<std::vector<DeadLetter>>(
      [&](MysqlSession& session) { return read_letters(session, filter, after_id, limit); });
}

Result<DeadLetter> MysqlLedger::dead_letter(std::int64_t id) {
  return pool_.read<DeadLetter>([&](MysqlSession& session) { return read_letter(session, id, Locked::kNo); });
}

Result<std::int64_t> MysqlLedger::unattributed() {
  return pool_.read<std::int64_t>([](MysqlSession& session) -> Result<std::int64_t> {
    std::int64_t count = 0;
    COUPON_TRY(
        session.query("SELECT COUNT(*) FROM failed_coupon_issues WHERE state IN ('RETRYING', 'OPEN')"
                      " AND (code IS NULL OR user_id IS NULL OR grant_id IS NULL)",
                      [&count](const MysqlRow& row) -> Result<> {
                        count = row.integer(0);
                        return {};
                      }));
    return count;
  });
}

Result<> MysqlLedger::wipe(const CouponCode& code) {
  const auto done = pool_.transact<bool>([&](MysqlSession& session) -> Result<bool> {
    COUPON_TRY(run(session, sql_text("DELETE FROM issues WHERE code = ?", {SqlBytes{code.text()}})));
    COUPON_TRY(run(session, sql_text("DELETE FROM failed_coupon_issues WHERE code = ?", {SqlBytes{code.text()}})));
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<> MysqlLedger::ping() {
  // A server that is read-only, or an account or schema that will not do, shows here and not at the first grant.
  const auto done = pool_.transact<bool>([](MysqlSession& session) -> Result<bool> {
    COUPON_TRY(run(session, "UPDATE schema_migrations SET applied_ms = applied_ms WHERE number = 1"));
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace coupon::ledger
