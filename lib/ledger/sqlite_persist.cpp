// The worker's transaction: stale records dropped, rows inserted, read back by id, dead letters stored beside them.

#include <fmt/format.h>
#include <map>
#include <utility>

#include "ledger/sqlite_rows.hpp"

namespace coupon::ledger {

using base::Result;
using net::sql::Database;

namespace {

Result<> insert_row(Database& database, const GrantEvent& event) {
  // A copy, a revoked id or a place held by another id changes nothing; the read-back tells which.
  auto row = database.cached(
      "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'ISSUED') ON CONFLICT DO NOTHING");
  row->bind_blob(1, event.id.view()).bind(2, event.code.text()).bind(3, event.member.text()).bind(4, event.rank);
  row->bind(5, event.issued_ms).bind(6, std::int64_t{event.epoch});
  return row->run();
}

void bind_optional(const net::sql::StatementUse& row, int index, const std::string* text) {
  if (text == nullptr) {
    row->bind_null(index);
  } else {
    row->bind(index, *text);
  }
}

// The origin is unique: a replay of the batch does not store its dead letters twice.
Result<> insert_dead(Database& database, const DeadLetter& letter, std::int64_t now_ms) {
  const auto headers = pack_headers(letter.record.headers);
  auto row = database.cached(
      "INSERT INTO failed_coupon_issues (origin_partition, origin_offset, origin_ms, code, user_id, grant_id, epoch,"
      " key, raw, headers, error_class, error, attempts, state, created_ms, updated_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15)"
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
  row->bind(13, std::int64_t{letter.attempts}).bind(14, name_of(letter.state)).bind(15, now_ms);
  return row->run();
}

DeadLetter letter_for(const PersistItem& item, std::string error_class, std::string error) {
  DeadLetter letter;
  letter.record = item.record;
  letter.error_class = std::move(error_class);
  letter.error = std::move(error);
  letter.code = item.event.code;
  letter.member = item.event.member;
  letter.grant = item.event.id;
  letter.epoch = item.event.epoch;
  return letter;
}

// Epochs of the coupons of one batch, each read once.
class Epochs {
 public:
  explicit Epochs(Database& database) : database_(database) {}

  Result<std::optional<std::uint32_t>> of(const CouponCode& code) {
    if (const auto it = known_.find(code); it != known_.end()) return it->second;
    const auto coupon = read_coupon(database_, code);
    if (!coupon) return std::unexpected(coupon.error());
    std::optional<std::uint32_t> epoch;
    if (*coupon) epoch = (*coupon)->epoch;
    known_.emplace(code, epoch);
    return epoch;
  }

 private:
  Database& database_;
  std::map<CouponCode, std::optional<std::uint32_t>> known_;
};

Result<PersistOutcome> persist_one(Database& database, const PersistItem& item, Epochs& epochs, std::int64_t now_ms) {
  const auto& event = item.event;
  const auto epoch = epochs.of(event.code);
  if (!epoch) return std::unexpected(epoch.error());
  if (!*epoch) {
    COUPON_TRY(insert_dead(database, letter_for(item, "orphan", "the ledger has no such coupon"), now_ms));
    return PersistOutcome::kOrphan;
  }
  if (event.epoch < **epoch) return PersistOutcome::kStale;
  COUPON_TRY(insert_row(database, event));
  if (database.changes() == 1) return PersistOutcome::kInserted;
  const auto stored = read_row(database, event.id);
  if (!stored) return std::unexpected(stored.error());
  if (*stored) return (*stored)->state == RowState::kRevoked ? PersistOutcome::kLateCopy : PersistOutcome::kPresent;
  COUPON_TRY(insert_dead(database, letter_for(item, "displaced", "another grant of this member is live"), now_ms));
  return PersistOutcome::kDisplaced;
}

}  // namespace

Result<std::vector<PersistOutcome>> persist_all(Database& database, const std::vector<PersistItem>& items,
                                                const std::vector<DeadLetter>& dead, std::int64_t now_ms) {
  std::vector<PersistOutcome> outcomes;
  outcomes.reserve(items.size());
  Epochs epochs(database);
  for (const auto& item : items) {
    const auto outcome = persist_one(database, item, epochs, now_ms);
    if (!outcome) return std::unexpected(outcome.error());
    outcomes.push_back(*outcome);
  }
  for (const auto& letter : dead) COUPON_TRY(insert_dead(database, letter, now_ms));
  return outcomes;
}

}  // namespace coupon::ledger
