// The worker's transaction: stale records dropped, rows inserted, read back by id, dead letters stored beside them.

#include <map>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/sqlite_rows.hpp"

namespace coupon::ledger {

using base::Result;
using net::sql::Database;

namespace {

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
    COUPON_TRY(insert_letter(database, as_stored(letter_of(item, RedriveOutcome::kOrphan), *epoch, now_ms), now_ms));
    return PersistOutcome::kOrphan;
  }
  if (event.epoch < **epoch) return PersistOutcome::kStale;
  COUPON_TRY(insert_row(database, event));
  if (database.changes() == 1) return PersistOutcome::kInserted;
  const auto stored = read_row(database, event.id);
  if (!stored) return std::unexpected(stored.error());
  if (*stored) return (*stored)->state == RowState::kRevoked ? PersistOutcome::kLateCopy : PersistOutcome::kPresent;
  COUPON_TRY(insert_letter(database, as_stored(letter_of(item, RedriveOutcome::kDisplaced), *epoch, now_ms), now_ms));
  return PersistOutcome::kDisplaced;
}

// A stale letter holds no place: nobody waits for it.
Result<> store_letter(Database& database, const DeadLetter& letter, Epochs& epochs, std::int64_t now_ms) {
  std::optional<std::uint32_t> epoch;
  if (letter.code) {
    const auto known = epochs.of(*letter.code);
    if (!known) return std::unexpected(known.error());
    epoch = *known;
  }
  return insert_letter(database, as_stored(letter, epoch, now_ms), now_ms);
}

}  // namespace

Result<> insert_row(Database& database, const GrantEvent& event) {
  auto row = database.cached(
      "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'ISSUED') ON CONFLICT DO NOTHING");
  row->bind_blob(1, event.id.view()).bind(2, event.code.text()).bind(3, event.member.text()).bind(4, event.rank);
  row->bind(5, event.issued_ms).bind(6, std::int64_t{event.epoch});
  return row->run();
}

// model: Store
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
  for (const auto& letter : dead) COUPON_TRY(store_letter(database, letter, epochs, now_ms));
  return outcomes;
}

}  // namespace coupon::ledger
