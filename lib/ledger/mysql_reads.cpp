// Counting and the snapshot for a rebuild.

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Result;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;

namespace {

Result<> add_rows(MysqlSession& session, const CouponCode& code, LedgerSnapshot& snapshot) {
  const auto sql = std::string(kRowColumns) + sql_text(" WHERE code = ?", {SqlBytes{code.text()}});
  return session.query(sql, [&snapshot](const MysqlRow& columns) -> Result<> {
    auto stored = row_from(columns);
    if (!stored) return std::unexpected(stored.error());
    auto& row = stored->row;
    snapshot.count_from(row.grant.rank);
    if (row.state == RowState::kRevoked) {
      snapshot.revoked.push_back({std::move(row.grant.member), row.grant.id});
    } else {
      snapshot.held.push_back(std::move(row.grant));
    }
    return {};
  });
}

// An open dead letter holds its place, unless its grant has a row of any state already.
Result<> add_dead(MysqlSession& session, const CouponCode& code, LedgerSnapshot& snapshot) {
  const auto sql =
      std::string(kLetterColumns) +
      sql_text(
          " f WHERE code = ? AND state IN ('RETRYING', 'OPEN') AND grant_id IS NOT NULL AND user_id IS NOT NULL"
          " AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.grant_id = f.grant_id)"
          " AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.code = f.code AND i.live_user = f.user_id)",
          {SqlBytes{code.text()}});
  return session.query(sql, [&snapshot](const MysqlRow& row) -> Result<> {
    const auto letter = letter_from(row);
    if (!letter) return std::unexpected(letter.error());
    add_place(*letter, snapshot);
    return {};
  });
}

}  // namespace

Result<Counts> count_rows(MysqlSession& session, const CouponCode& code) {
  Counts counts;
  const SqlBytes wanted{code.text()};
  // One pass over an index that has all of it.
  COUPON_TRY(session.query(
      sql_text("SELECT COUNT(*), COUNT(IF(state = 'USED', 1, NULL)), COUNT(IF(state = 'REVOKED', 1, NULL))"
               " FROM issues WHERE code = ?",
               {wanted}),
      [&counts](const MysqlRow& row) -> Result<> {
        counts.used = row.integer(1);
        counts.revoked = row.integer(2);
        counts.issued = row.integer(0) - counts.used - counts.revoked;
        return {};
      }));
  COUPON_TRY(session.query(
      sql_text("SELECT COUNT(*) FROM failed_coupon_issues WHERE state IN ('RETRYING', 'OPEN') AND code = ?", {wanted}),
      [&counts](const MysqlRow& row) -> Result<> {
        counts.dead_open = row.integer(0);
        return {};
      }));
  return counts;
}

// model: Snapshot, ReadBefore, ReadAfter
Result<LedgerSnapshot> read_snapshot(MysqlSession& session, const CouponCode& code) {
  auto coupon = read_coupon(session, code, Locked::kNo);
  if (!coupon) return std::unexpected(coupon.error());
  if (!*coupon) return base::fail(base::Errc::kNotFound, fmt::format("there is no coupon {}", code.text()));
  LedgerSnapshot snapshot{std::move(**coupon), {}, {}, 0};
  COUPON_TRY(add_rows(session, code, snapshot));
  COUPON_TRY(add_dead(session, code, snapshot));
  return snapshot;
}

}  // namespace coupon::ledger
