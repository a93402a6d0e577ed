// Dead letters in the embedded store: stored, read, closed.

#include <utility>

#include "ledger/letters.hpp"
#include "ledger/sqlite_rows.hpp"

namespace coupon::ledger {

using base::Result;
using net::sql::Database;
using net::sql::Statement;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, origin_partition, origin_offset, origin_ms, code, user_id, grant_id, epoch, key, raw, headers,"
    " error_class, error, attempts, state, next_attempt_ms, reason, created_ms, updated_ms FROM failed_coupon_issues f";

void bind_optional(const net::sql::StatementUse& row, int index, const std::string* text) {
  if (text == nullptr) {
    row->bind_null(index);
  } else {
    row->bind(index, *text);
  }
}

Result<DeadLetter> letter_from(const Statement& row) {
  DeadLetter letter;
  letter.id = row.integer(0);
  letter.record = {static_cast<std::int32_t>(row.integer(1)),
                   row.integer(2),
                   row.integer(3),
                   std::string(row.text(8)),
                   std::string(row.blob(9)),
                   unpack_headers(row.blob(10))};
  if (auto code = CouponCode::parse(row.text(4))) letter.code = std::move(*code);
  if (auto member = MemberId::parse(row.text(5))) letter.member = std::move(*member);
  if (const auto id = GrantId::from_bytes(row.blob(6))) letter.grant = *id;
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

// The conditions of a filter, to be bound by bind_filter in the same order.
std::string condition_of(const DeadLetterFilter& filter) {
  std::string sql = " WHERE id > ?1";
  if (filter.state) sql += " AND state = ?3";
  if (filter.code) sql += " AND code = ?4";
  if (filter.member) sql += " AND user_id = ?5";
  if (!filter.error_class.empty()) sql += " AND error_class = ?6";
  if (filter.since_ms != 0) sql += " AND created_ms >= ?7";
  return sql;
}

void bind_filter(Statement& rows, const DeadLetterFilter& filter) {
  if (filter.state) rows.bind(3, name_of(*filter.state));
  if (filter.code) rows.bind(4, filter.code->text());
  if (filter.member) rows.bind(5, filter.member->text());
  if (!filter.error_class.empty()) rows.bind(6, filter.error_class);
  if (filter.since_ms != 0) rows.bind(7, filter.since_ms);
}

}  // namespace

// The origin is unique: a replay of the batch does not store its dead letters twice.
Result<> insert_letter(Database& database, const DeadLetter& letter, std::int64_t now_ms) {
  const auto headers = pack_headers(letter.record.headers);
  auto row = database.cached(
      "INSERT INTO failed_coupon_issues (origin_partition, origin_offset, origin_ms, code, user_id, grant_id, epoch,"
      " key, raw, headers, error_class, error, attempts, next_attempt_ms, state, created_ms, updated_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16)"
      " ON CONFLICT (origin_partition, origin_offset) DO NOTHING");
  row->bind(1, std::int64_t{letter.record.partition}).bind(2, letter.record.offset).bind(3, letter.record.timestamp_ms);
  bind_optional(row, 4, letter.code ? &letter.code->text() : nullptr);
  bind_optional(row, 5, letter.member ? &letter.member->text() : nullptr);
  if (letter.grant) {
    row->bind_blob(6, letter.grant->view());
  } else {
    row->bind_null(6);
  }
  row->bind(7, std::int64_t{letter.epoch}).bind(8, letter.record.key).bind_blob(9, letter.record.value);
  row->bind_blob(10, headers).bind(11, letter.error_class).bind(12, letter.error);
  row->bind(13, std::int64_t{letter.attempts}).bind(14, letter.next_attempt_ms).bind(15, name_of(letter.state));
  row->bind(16, now_ms);
  return row->run();
}

Result<std::vector<DeadLetter>> read_letters(Database& database, const DeadLetterFilter& filter, std::int64_t after_id,
                                             std::size_t limit) {
  const auto rows = database.prepare(std::string(kColumns) + condition_of(filter) + " ORDER BY id LIMIT ?2");
  rows->bind(1, after_id).bind(2, static_cast<std::int64_t>(limit));
  bind_filter(*rows, filter);
  return read_all<DeadLetter>(*rows, letter_from);
}

Result<std::vector<DeadLetter>> read_places(Database& database, const CouponCode& code) {
  static const std::string kSql =
      std::string(kColumns) +
      " WHERE code = ?1 AND state IN ('RETRYING', 'OPEN') AND grant_id IS NOT NULL AND user_id IS NOT NULL"
      " AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.grant_id = f.grant_id)"
      " AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.code = f.code AND i.user_id = f.user_id"
      "                 AND i.state <> 'REVOKED')";
  auto rows = database.cached(kSql);
  rows->bind(1, code.text());
  return read_all<DeadLetter>(*rows.operator->(), letter_from);
}

Result<DeadLetter> read_letter(Database& database, std::int64_t id) {
  static const std::string kSql = std::string(kColumns) + " WHERE id = ?1";
  auto row = database.cached(kSql);
  row->bind(1, id);
  auto found = read_all<DeadLetter>(*row.operator->(), letter_from);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return no_letter(id);
  return std::move(found->front());
}

Result<std::optional<DeadLetter>> read_due(Database& database, std::int64_t now_ms) {
  static const std::string kSql = std::string(kColumns) +
                                  " WHERE state = 'RETRYING' AND next_attempt_ms <= ?1"
                                  " ORDER BY next_attempt_ms, id LIMIT 1";
  auto row = database.cached(kSql);
  row->bind(1, now_ms);
  auto found = read_all<DeadLetter>(*row.operator->(), letter_from);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<> update_letter(Database& database, const DeadLetter& letter) {
  auto row = database.cached(
      "UPDATE failed_coupon_issues SET state = ?2, attempts = ?3, next_attempt_ms = ?4, error = ?5, reason = ?6,"
      " updated_ms = ?7 WHERE id = ?1");
  row->bind(1, letter.id).bind(2, name_of(letter.state)).bind(3, std::int64_t{letter.attempts});
  row->bind(4, letter.next_attempt_ms).bind(5, letter.error);
  bind_optional(row, 6, letter.reason.empty() ? nullptr : &letter.reason);
  row->bind(7, letter.updated_ms);
  return row->run();
}

}  // namespace coupon::ledger
