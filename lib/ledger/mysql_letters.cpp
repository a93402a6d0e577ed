// Dead letters on a server: stored, read, closed.

#include <algorithm>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Result;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;
using net::sql::SqlText;
using net::sql::SqlValue;

namespace {

constexpr std::size_t kErrorMax = 1'000;

// Whatever an error quotes, it must not keep its letter from being stored.
std::string printable(std::string_view error) {
  std::string text(error.substr(0, kErrorMax));
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

SqlValue bytes_or_null(const std::string* text) { return text == nullptr ? SqlValue() : SqlBytes{*text}; }

}  // namespace

// The origin is unique: a replay of the batch does not store its dead letters twice.
Result<> insert_letter(MysqlSession& session, const DeadLetter& letter, std::int64_t now_ms) {
  const auto headers = pack_headers(letter.record.headers);
  const auto error = printable(letter.error);
  const auto sql = sql_text(
      "INSERT INTO failed_coupon_issues (origin_partition, origin_offset, origin_ms, code, user_id, grant_id, epoch,"
      " `key`, raw, headers, error_class, error, attempts, next_attempt_ms, state, created_ms, updated_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON DUPLICATE KEY UPDATE id = failed_coupon_issues.id",
      {std::int64_t{letter.record.partition}, letter.record.offset, letter.record.timestamp_ms,
       bytes_or_null(letter.code ? &letter.code->text() : nullptr),
       bytes_or_null(letter.member ? &letter.member->text() : nullptr),
       letter.grant ? SqlValue(SqlBytes{letter.grant->view()}) : SqlValue(), std::int64_t{letter.epoch},
       SqlBytes{letter.record.key}, SqlBytes{letter.record.value}, SqlBytes{headers}, SqlText{letter.error_class},
       SqlText{error}, std::int64_t{letter.attempts}, letter.next_attempt_ms, SqlText{name_of(letter.state)}, now_ms,
       now_ms});
  return run(session, sql);
}

Result<DeadLetter> letter_from(const MysqlRow& row) {
  DeadLetter letter;
  letter.id = row.integer(0);
  letter.record = {static_cast<std::int32_t>(row.integer(1)),
                   row.integer(2),
                   row.integer(3),
                   row.text(8),
                   row.text(9),
                   unpack_headers(row.text(10))};
  if (auto code = CouponCode::parse(row.text(4))) letter.code = std::move(*code);
  if (auto member = MemberId::parse(row.text(5))) letter.member = std::move(*member);
  if (const auto id = GrantId::from_bytes(row.text(6))) letter.grant = *id;
  letter.epoch = static_cast<std::uint32_t>(row.integer(7));
  letter.error_class = row.text(11);
  letter.error = row.text(12);
  letter.attempts = static_cast<int>(row.integer(13));
  const auto state = parse_dead_letter_state(row.text(14));
  if (!state) return std::unexpected(state.error());
  letter.state = *state;
  letter.next_attempt_ms = row.integer(15);
  letter.reason = row.text(16);
  letter.created_ms = row.integer(17);
  letter.updated_ms = row.integer(18);
  return letter;
}

Result<std::vector<DeadLetter>> read_letters(MysqlSession& session, const DeadLetterFilter& filter,
                                             std::int64_t after_id, std::size_t limit) {
  auto sql = std::string(kLetterColumns) + sql_text(" WHERE id > ?", {after_id});
  if (filter.state) sql += sql_text(" AND state = ?", {SqlText{name_of(*filter.state)}});
  if (filter.code) sql += sql_text(" AND code = ?", {SqlBytes{filter.code->text()}});
  if (filter.member) sql += sql_text(" AND user_id = ?", {SqlBytes{filter.member->text()}});
  if (!filter.error_class.empty()) sql += sql_text(" AND error_class = ?", {SqlText{filter.error_class}});
  if (filter.since_ms != 0) sql += sql_text(" AND created_ms >= ?", {filter.since_ms});
  sql += sql_text(" ORDER BY id LIMIT ?", {static_cast<std::int64_t>(limit)});
  return read_all<DeadLetter>(session, sql, letter_from);
}

Result<DeadLetter> read_letter(MysqlSession& session, std::int64_t id, Locked locked) {
  auto sql = std::string(kLetterColumns) + sql_text(" WHERE id = ?", {id});
  if (locked == Locked::kForChange) sql += " FOR UPDATE";
  auto letter = read_one<DeadLetter>(session, sql, letter_from);
  if (!letter) return std::unexpected(letter.error());
  if (!*letter) return no_letter(id);
  return std::move(**letter);
}

Result<> update_letter(MysqlSession& session, const DeadLetter& letter) {
  const auto error = printable(letter.error);
  return run(session, sql_text("UPDATE failed_coupon_issues SET state = ?, attempts = ?, next_attempt_ms = ?,"
                               " error = ?, reason = ?, updated_ms = ? WHERE id = ?",
                               {SqlText{name_of(letter.state)}, std::int64_t{letter.attempts}, letter.next_attempt_ms,
                                SqlText{error}, letter.reason.empty() ? SqlValue() : SqlText{letter.reason},
                                letter.updated_ms, letter.id}));
}

}  // namespace coupon::ledger
