// The tombstone on a server.

#include <utility>

#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::fail;
using base::Result;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;
using net::sql::SqlText;

namespace {

std::unexpected<base::Error> is_used() { return fail(Errc::kConflict, "the grant is used: it cannot be revoked"); }

// Is there an open dead letter of this grant? What it does not say, the operator does.
Result<bool> has_open_letter(MysqlSession& session, const CouponCode& code, const GrantRef& ref) {
  const SqlBytes member{ref.member.text()};
  const auto found = read_one<std::int64_t>(
      session,
      sql_text("SELECT id FROM failed_coupon_issues WHERE grant_id = ? AND state IN ('RETRYING', 'OPEN')"
               " AND COALESCE(code, ?) = ? AND COALESCE(user_id, ?) = ? LIMIT 1",
               {SqlBytes{ref.id.view()}, SqlBytes{code.text()}, SqlBytes{code.text()}, member, member}),
      [](const MysqlRow& row) -> Result<std::int64_t> { return row.integer(0); });
  if (!found) return std::unexpected(found.error());
  return found->has_value();
}

}  // namespace

Result<> write_tombstone(MysqlSession& session, const CouponCode& code, const GrantRef& ref, std::string_view reason,
                         std::int64_t now_ms) {
  // The assignments are made from left to right: the state comes last, since the reason depends on it.
  COUPON_TRY(
      run(session, sql_text("INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state, reason)"
                            " VALUES (?, ?, ?, 0, ?, 0, 'REVOKED', ?) ON DUPLICATE KEY UPDATE"
                            " reason = IF(issues.state = 'ISSUED', ?, issues.reason),"
                            " state = IF(issues.state = 'ISSUED', 'REVOKED', issues.state)",
                            {SqlBytes{ref.id.view()}, SqlBytes{code.text()}, SqlBytes{ref.member.text()}, now_ms,
                             SqlText{reason}, SqlText{reason}})));
  return run(session, sql_text("UPDATE failed_coupon_issues SET state = 'DISCARDED', reason = ?, updated_ms = ?"
                               " WHERE grant_id = ? AND state IN ('RETRYING', 'OPEN')",
                               {SqlText{reason}, now_ms, SqlBytes{ref.id.view()}}));
}

// model: Revoke
Result<bool> revoke_grant(MysqlSession& session, const CouponCode& code, const GrantRef& ref, std::string_view reason,
                          std::int64_t now_ms) {
  const auto stored = read_row(session, ref.id, Locked::kForChange);
  if (!stored) return std::unexpected(stored.error());
  if (*stored) {
    const auto& found = **stored;
    if (found.row.state == RowState::kUsed) return is_used();
    if (found.code != code.text() || found.row.grant.member != ref.member) {
      return fail(Errc::kConflict, "the grant belongs to another member or coupon");
    }
  } else {
    const auto letter = has_open_letter(session, code, ref);
    if (!letter) return std::unexpected(letter.error());
    if (!*letter) return fail(Errc::kNotFound, "the ledger knows no such grant");
  }
  COUPON_TRY(write_tombstone(session, code, ref, reason, now_ms));
  // A row that came and was used between the look and the tombstone keeps its state.
  const auto after = read_row(session, ref.id, Locked::kForChange);
  if (!after) return std::unexpected(after.error());
  if (!*after || (*after)->row.state != RowState::kRevoked) return is_used();
  return true;
}

}  // namespace coupon::ledger
