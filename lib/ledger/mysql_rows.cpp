#include "ledger/mysql_rows.hpp"

#include <utility>

#include "ledger/letters.hpp"

namespace coupon::ledger {

using base::Result;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;

namespace {

std::string_view suffix(Locked locked) { return locked == Locked::kNo ? "" : " FOR UPDATE"; }

}  // namespace

Result<Coupon> coupon_from(const MysqlRow& row) {
  auto code = CouponCode::parse(row.text(0));
  if (!code) return std::unexpected(code.error());
  const auto state = parse_coupon_state(row.text(5));
  if (!state) return std::unexpected(state.error().in("coupon " + code->text()));
  return Coupon{std::move(*code),
                row.text(1),
                row.integer(2),
                *state,
                Window{row.integer(6), row.integer(7)},
                static_cast<std::uint64_t>(row.integer(3)),
                static_cast<std::uint32_t>(row.integer(4)),
                row.integer(8)};
}

Result<std::optional<Coupon>> read_coupon(MysqlSession& session, const CouponCode& code, Locked locked) {
  auto sql = std::string(kCouponColumns) + sql_text(" WHERE code = ?", {SqlBytes{code.text()}});
  return read_one<Coupon>(session, sql.append(suffix(locked)), coupon_from);
}

Result<StoredRow> row_from(const MysqlRow& row) {
  const auto id = GrantId::from_bytes(row.text(0));
  if (!id) return std::unexpected(id.error());
  auto member = MemberId::parse(row.text(1));
  if (!member) return std::unexpected(fault_of_row(member.error(), *id));
  const auto state = parse_row_state(row.text(5));
  if (!state) return std::unexpected(fault_of_row(state.error(), *id));
  return StoredRow{{Grant{*id, std::move(*member), row.integer(2), row.integer(3), 0},
                    static_cast<std::uint32_t>(row.integer(4)), *state, row.text(6)},
                   row.text(7)};
}

Result<std::optional<StoredRow>> read_row(MysqlSession& session, const GrantId& id, Locked locked) {
  auto sql = std::string(kRowColumns) + sql_text(" WHERE grant_id = ?", {SqlBytes{id.view()}});
  return read_one<StoredRow>(session, sql.append(suffix(locked)), row_from);
}

Result<> run(MysqlSession& session, const std::string& sql) {
  const auto done = session.execute(sql);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace coupon::ledger
