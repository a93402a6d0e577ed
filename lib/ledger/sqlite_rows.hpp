#pragma once
// How the embedded store keeps the ledger's rows: shared by the files of SqliteLedger, used by nothing else.

#include <optional>
#include <string>

#include "coupon/ledger.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::ledger {

/// Empty when there is none, deleted or not.
[[nodiscard]] base::Result<std::optional<Coupon>> read_coupon(net::sql::Database& database, const CouponCode& code);
[[nodiscard]] base::Result<std::optional<LedgerRow>> read_row(net::sql::Database& database, const GrantId& id);
[[nodiscard]] base::Result<std::vector<PersistOutcome>> persist_all(net::sql::Database& database,
                                                                    const std::vector<PersistItem>& items,
                                                                    const std::vector<DeadLetter>& dead,
                                                                    std::int64_t now_ms);

inline constexpr std::string_view kRowColumns = "grant_id, user_id, rank_no, issued_ms, epoch, state, reason";
/// Reads kRowColumns from columns 0 to 6 of the row in hand.
[[nodiscard]] base::Result<LedgerRow> row_from(const net::sql::Statement& row);

}  // namespace coupon::ledger
