#pragma once
// How the embedded store keeps the ledger's rows: shared by the files of SqliteLedger, used by nothing else.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "coupon/ledger.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::ledger {

/// Empty when there is none, deleted or not.
[[nodiscard]] base::Result<std::optional<Coupon>> read_coupon(net::sql::Database& database, const CouponCode& code);
[[nodiscard]] base::Result<std::optional<LedgerRow>> read_row(net::sql::Database& database, const GrantId& id);
/// The member's live row, if any.
[[nodiscard]] base::Result<std::optional<LedgerRow>> read_live(net::sql::Database& database, const CouponCode& code,
                                                               const MemberId& member);
/// Is the grant's row one of this coupon and member?
[[nodiscard]] base::Result<bool> belongs(net::sql::Database& database, const CouponCode& code, const GrantRef& ref);
/// A copy, a revoked id or a place held by another id changes nothing.
[[nodiscard]] base::Result<> insert_row(net::sql::Database& database, const GrantEvent& event);
/// The grant becomes REVOKED for good, unless it is USED; its open dead letters are closed.
[[nodiscard]] base::Result<> write_tombstone(net::sql::Database& database, const CouponCode& code, const GrantRef& ref,
                                             std::string_view reason, std::int64_t now_ms);
[[nodiscard]] base::Result<std::vector<PersistOutcome>> persist_all(net::sql::Database& database,
                                                                    const std::vector<PersistItem>& items,
                                                                    const std::vector<DeadLetter>& dead,
                                                                    std::int64_t now_ms);

[[nodiscard]] base::Result<> insert_letter(net::sql::Database& database, const DeadLetter& letter, std::int64_t now_ms);
[[nodiscard]] base::Result<std::vector<DeadLetter>> read_letters(net::sql::Database& database,
                                                                 const DeadLetterFilter& filter, std::int64_t after_id,
                                                                 std::size_t limit);
/// The open letters that hold a place: those whose grants have no row, of members without a live one.
[[nodiscard]] base::Result<std::vector<DeadLetter>> read_places(net::sql::Database& database, const CouponCode& code);
/// kNotFound when there is none.
[[nodiscard]] base::Result<DeadLetter> read_letter(net::sql::Database& database, std::int64_t id);
/// The one that has been due for longest, if any.
[[nodiscard]] base::Result<std::optional<DeadLetter>> read_due(net::sql::Database& database, std::int64_t now_ms);
/// Stores what an attempt or an operator changes of one.
[[nodiscard]] base::Result<> update_letter(net::sql::Database& database, const DeadLetter& letter);

/// All rows of a query, each made by `read(row) -> Result<Row>`.
template <class Row>
[[nodiscard]] base::Result<std::vector<Row>> read_all(net::sql::Statement& rows,
                                                      base::Result<Row> (*read)(const net::sql::Statement&)) {
  std::vector<Row> out;
  for (;;) {
    const auto more = rows.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return out;
    auto row = read(rows);
    if (!row) return std::unexpected(row.error());
    out.push_back(std::move(*row));
  }
}

/// Reads grant_id, user_id, rank_no, issued_ms, epoch, state, reason from columns 0 to 6 of the row in hand.
[[nodiscard]] base::Result<LedgerRow> row_from(const net::sql::Statement& row);

}  // namespace coupon::ledger
