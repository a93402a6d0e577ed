#pragma once
// How a server keeps the ledger's rows: shared by the files of MysqlLedger, used by nothing else. Everything runs
// inside the caller's transaction.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coupon/ledger.hpp"
#include "net/sql/mysql.hpp"

namespace coupon::ledger {

/// Values in one list of an IN (…). MariaDB makes a table of lists from 1,000 on, and then reads no index.
inline constexpr std::size_t kListMax = 500;

enum class Locked { kNo, kForChange };

/// Empty when there is none, deleted or not.
[[nodiscard]] base::Result<std::optional<Coupon>> read_coupon(net::sql::MysqlSession& session, const CouponCode& code,
                                                              Locked locked);
[[nodiscard]] base::Result<Coupon> coupon_from(const net::sql::MysqlRow& row);
inline constexpr std::string_view kCouponColumns =
    "SELECT code, title, quota, version, epoch, state, opens_ms, ends_ms, created_ms FROM coupons";

/// A row and the coupon it is of.
struct StoredRow {
  LedgerRow row;
  std::string code;
};
[[nodiscard]] base::Result<std::optional<StoredRow>> read_row(net::sql::MysqlSession& session, const GrantId& id,
                                                              Locked locked);
inline constexpr std::string_view kRowColumns =
    "SELECT grant_id, user_id, rank_no, issued_ms, epoch, state, reason, code FROM issues";
/// Reads kRowColumns.
[[nodiscard]] base::Result<StoredRow> row_from(const net::sql::MysqlRow& row);

/// All rows of a query, each made by `make(row) -> Result<T>`.
template <class T, class Make>
[[nodiscard]] base::Result<std::vector<T>> read_all(net::sql::MysqlSession& session, const std::string& sql,
                                                    Make make) {
  std::vector<T> all;
  const auto done = session.query(sql, [&](const net::sql::MysqlRow& row) -> base::Result<> {
    auto one = make(row);
    if (!one) return std::unexpected(std::move(one.error()));
    all.push_back(std::move(*one));
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return all;
}

/// At most one row; empty when there is none.
template <class T, class Make>
[[nodiscard]] base::Result<std::optional<T>> read_one(net::sql::MysqlSession& session, const std::string& sql,
                                                      Make make) {
  auto all = read_all<T>(session, sql, make);
  if (!all) return std::unexpected(std::move(all.error()));
  if (all->empty()) return std::nullopt;
  return std::move(all->front());
}

/// A statement that is run for its effect alone.
[[nodiscard]] base::Result<> run(net::sql::MysqlSession& session, const std::string& sql);

/// kConflict and retryable: other workers stored some of the same records meanwhile; start again with `look`, which
/// reads what is there before it inserts.
[[nodiscard]] base::Result<std::vector<PersistOutcome>> persist_all(net::sql::MysqlSession& session,
                                                                    const std::vector<PersistItem>& items,
                                                                    const std::vector<DeadLetter>& dead, bool look,
                                                                    std::int64_t now_ms);
/// Answers how many of the rows are new: where the id or the place is taken, nothing happens.
[[nodiscard]] base::Result<std::int64_t> insert_rows(net::sql::MysqlSession& session,
                                                     std::span<const GrantEvent* const> rows);
[[nodiscard]] base::Result<> insert_letter(net::sql::MysqlSession& session, const DeadLetter& letter,
                                           std::int64_t now_ms);
[[nodiscard]] base::Result<DeadLetter> letter_from(const net::sql::MysqlRow& row);
inline constexpr std::string_view kLetterColumns =
    "SELECT id, origin_partition, origin_offset, origin_ms, code, user_id, grant_id, epoch, `key`, raw, headers,"
    " error_class, error, attempts, state, next_attempt_ms, reason, created_ms, updated_ms FROM failed_coupon_issues";

[[nodiscard]] base::Result<std::vector<DeadLetter>> read_letters(net::sql::MysqlSession& session,
                                                                 const DeadLetterFilter& filter, std::int64_t after_id,
                                                                 std::size_t limit);
/// kNotFound when there is none.
[[nodiscard]] base::Result<DeadLetter> read_letter(net::sql::MysqlSession& session, std::int64_t id, Locked locked);
/// Stores what an attempt or an operator changes of one.
[[nodiscard]] base::Result<> update_letter(net::sql::MysqlSession& session, const DeadLetter& letter);

/// In a transaction that reads one snapshot.
[[nodiscard]] base::Result<LedgerSnapshot> read_snapshot(net::sql::MysqlSession& session, const CouponCode& code);
[[nodiscard]] base::Result<Counts> count_rows(net::sql::MysqlSession& session, const CouponCode& code);
[[nodiscard]] base::Result<bool> revoke_grant(net::sql::MysqlSession& session, const CouponCode& code,
                                              const GrantRef& ref, std::string_view reason, std::int64_t now_ms);
/// The grant becomes REVOKED for good, unless it is USED; its open dead letters are closed.
[[nodiscard]] base::Result<> write_tombstone(net::sql::MysqlSession& session, const CouponCode& code,
                                             const GrantRef& ref, std::string_view reason, std::int64_t now_ms);

}  // namespace coupon::ledger
