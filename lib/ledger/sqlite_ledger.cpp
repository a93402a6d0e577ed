#include "ledger/sqlite_ledger.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/sqlite_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::fail;
using base::Result;
using net::sql::Database;
using Kind = net::sql::GroupCommit::Kind;

namespace {

constexpr std::string_view kSqliteCouponColumns =
    "SELECT code, title, quota, version, epoch, state, opens_ms, ends_ms, created_ms FROM coupons";

Result<Coupon> coupon_from(const net::sql::Statement& row) {
  auto code = CouponCode::parse(row.text(0));
  if (!code) return std::unexpected(code.error());
  const auto state = parse_coupon_state(row.text(5));
  if (!state) return std::unexpected(state.error().in("coupon " + code->text()));
  return Coupon{std::move(*code),
                std::string(row.text(1)),
                row.integer(2),
                *state,
                Window{row.integer(6), row.integer(7)},
                static_cast<std::uint64_t>(row.integer(3)),
                static_cast<std::uint32_t>(row.integer(4)),
                row.integer(8)};
}

std::unexpected<base::Error> no_coupon(const CouponCode& code) {
  return fail(Errc::kNotFound, fmt::format("there is no coupon {}", code.text()));
}

Result<> insert_coupon(Database& database, const Coupon& coupon) {
  auto row = database.cached(
      "INSERT INTO coupons (code, title, quota, version, epoch, state, opens_ms, ends_ms, created_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (code) DO NOTHING");
  row->bind(1, coupon.code.text()).bind(2, coupon.title).bind(3, coupon.quota);
  row->bind(4, static_cast<std::int64_t>(coupon.version)).bind(5, std::int64_t{coupon.epoch});
  row->bind(6, name_of(coupon.state)).bind(7, coupon.window.opens_ms).bind(8, coupon.window.ends_ms);
  row->bind(9, coupon.created_ms);
  COUPON_TRY(row->run());
  if (database.changes() == 0) {
    return fail(Errc::kConflict,
                fmt::format("coupon {} exists, or existed: codes are never used again", coupon.code.text()));
  }
  return {};
}

Result<> record_quota(Database& database, const Coupon& before, const Coupon& after, std::string_view actor,
                      std::int64_t now_ms) {
  if (before.quota == after.quota) return {};
  auto row = database.cached(
      "INSERT INTO quota_changes (code, version, old_quota, new_quota, actor, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  row->bind(1, after.code.text()).bind(2, static_cast<std::int64_t>(after.version)).bind(3, before.quota);
  row->bind(4, after.quota).bind(5, actor).bind(6, now_ms);
  return row->run();
}

// model: RecordQuota
Result<Coupon> change_coupon(Database& database, const CouponCode& code, std::uint64_t version,
                             std::optional<std::uint32_t> epoch, const CouponChange& change, std::int64_t now_ms) {
  auto found = read_coupon(database, code);
  if (!found) return std::unexpected(found.error());
  if (!*found) return no_coupon(code);
  const auto& before = **found;
  if (before.version != version || (epoch && *epoch != before.epoch)) {
    return base::fail_retryable(Errc::kConflict, fmt::format("coupon {} was changed meanwhile", code.text()));
  }
  auto after = before;
  after.quota = change.quota.value_or(before.quota);
  after.state = change.state.value_or(before.state);
  after.window = change.window.value_or(before.window);
  after.version = before.version + 1;
  COUPON_TRY(validate(after));
  {
    auto row = database.cached(
        "UPDATE coupons SET quota = ?2, state = ?3, opens_ms = ?4, ends_ms = ?5, version = ?6 WHERE code = ?1");
    row->bind(1, code.text()).bind(2, after.quota).bind(3, name_of(after.state)).bind(4, after.window.opens_ms);
    row->bind(5, after.window.ends_ms).bind(6, static_cast<std::int64_t>(after.version));
    COUPON_TRY(row->run());
  }
  COUPON_TRY(record_quota(database, before, after, change.actor, now_ms));
  return after;
}

// model: Bump
Result<> bump(Database& database, const CouponCode& code, std::uint32_t from) {
  auto row = database.cached("UPDATE coupons SET epoch = epoch + 1 WHERE code = ?1 AND epoch = ?2");
  row->bind(1, code.text()).bind(2, std::int64_t{from});
  COUPON_TRY(row->run());
  if (database.changes() == 1) return {};
  return base::fail_retryable(Errc::kConflict, fmt::format("the epoch of coupon {} moved on", code.text()));
}

Result<Counts> count_rows(Database& database, const CouponCode& code) {
  Counts counts;
  {
    // One pass over an index that has all of it; grouping by state would sort.
    auto row =
        database.cached("SELECT count(*), sum(state = 'USED'), sum(state = 'REVOKED') FROM issues WHERE code = ?1");
    row->bind(1, code.text());
    const auto there = row->step();
    if (!there) return std::unexpected(there.error());
    counts.used = row->integer(1);
    counts.revoked = row->integer(2);
    counts.issued = row->integer(0) - counts.used - counts.revoked;
  }
  auto dead =
      database.cached("SELECT count(*) FROM failed_coupon_issues WHERE state IN ('RETRYING', 'OPEN') AND code = ?1");
  dead->bind(1, code.text());
  const auto there = dead->step();
  if (!there) return std::unexpected(there.error());
  counts.dead_open = dead->integer(0);
  return counts;
}

Result<> add_rows(Database& database, const CouponCode& code, LedgerSnapshot& snapshot) {
  auto rows =
      database.cached("SELECT grant_id, user_id, rank_no, issued_ms, epoch, state, reason FROM issues WHERE code = ?1");
  rows->bind(1, code.text());
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    auto row = row_from(*rows.operator->());
    if (!row) return std::unexpected(row.error());
    snapshot.count_from(row->grant.rank);
    if (row->state == RowState::kRevoked) {
      snapshot.revoked.push_back({std::move(row->grant.member), row->grant.id});
    } else {
      snapshot.held.push_back(std::move(row->grant));
    }
  }
}

// model: Snapshot, ReadBefore, ReadAfter
Result<LedgerSnapshot> read_snapshot(Database& database, const CouponCode& code) {
  auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  if (!*coupon) return no_coupon(code);
  LedgerSnapshot snapshot{std::move(**coupon), {}, {}, 0};
  COUPON_TRY(add_rows(database, code, snapshot));
  const auto places = read_places(database, code);
  if (!places) return std::unexpected(places.error());
  for (const auto& letter : *places) add_place(letter, snapshot);
  return snapshot;
}

// Is there an open dead letter of this grant? What it does not say, the operator does.
Result<bool> has_open_letter(Database& database, const CouponCode& code, const GrantRef& ref) {
  auto row = database.cached(
      "SELECT 1 FROM failed_coupon_issues WHERE grant_id = ?1 AND state IN ('RETRYING', 'OPEN')"
      " AND coalesce(code, ?2) = ?2 AND coalesce(user_id, ?3) = ?3");
  row->bind_blob(1, ref.id.view()).bind(2, code.text()).bind(3, ref.member.text());
  return row->step();
}

// model: Revoke
Result<bool> revoke_grant(Database& database, const CouponCode& code, const GrantRef& ref, std::string_view reason,
                          std::int64_t now_ms) {
  const auto row = read_row(database, ref.id);
  if (!row) return std::unexpected(row.error());
  if (*row) {
    if ((*row)->state == RowState::kUsed) return fail(Errc::kConflict, "the grant is used: it cannot be revoked");
    const auto mine = belongs(database, code, ref);
    if (!mine) return std::unexpected(mine.error());
    if (!*mine) return fail(Errc::kConflict, "the grant belongs to another member or coupon");
  } else {
    const auto letter = has_open_letter(database, code, ref);
    if (!letter) return std::unexpected(letter.error());
    if (!*letter) return fail(Errc::kNotFound, "the ledger knows no such grant");
  }
  COUPON_TRY(write_tombstone(database, code, ref, reason, now_ms));
  return true;
}

}  // namespace

Result<std::optional<Coupon>> read_coupon(Database& database, const CouponCode& code) {
  static const std::string kSql = std::string(kSqliteCouponColumns) + " WHERE code = ?1";
  auto row = database.cached(kSql);
  row->bind(1, code.text());
  const auto there = row->step();
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::nullopt;
  auto coupon = coupon_from(*row.operator->());
  if (!coupon) return std::unexpected(coupon.error());
  return std::move(*coupon);
}

Result<LedgerRow> row_from(const net::sql::Statement& row) {
  const auto id = GrantId::from_bytes(row.blob(0));
  if (!id) return std::unexpected(id.error());
  auto member = MemberId::parse(row.text(1));
  if (!member) return std::unexpected(fault_of_row(member.error(), *id));
  const auto state = parse_row_state(row.text(5));
  if (!state) return std::unexpected(fault_of_row(state.error(), *id));
  return LedgerRow{Grant{*id, std::move(*member), row.integer(2), row.integer(3), 0},
                   static_cast<std::uint32_t>(row.integer(4)), *state, std::string(row.text(6))};
}

Result<std::optional<LedgerRow>> read_row(Database& database, const GrantId& id) {
  auto row = database.cached(
      "SELECT grant_id, user_id, rank_no, issued_ms, epoch, state, reason FROM issues WHERE grant_id = ?1");
  row->bind_blob(1, id.view());
  const auto there = row->step();
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::nullopt;
  auto found = row_from(*row.operator->());
  if (!found) return std::unexpected(found.error());
  return std::move(*found);
}

Result<bool> belongs(Database& database, const CouponCode& code, const GrantRef& ref) {
  auto row = database.cached("SELECT 1 FROM issues WHERE grant_id = ?1 AND code = ?2 AND user_id = ?3");
  row->bind_blob(1, ref.id.view()).bind(2, code.text()).bind(3, ref.member.text());
  return row->step();
}

Result<> write_tombstone(Database& database, const CouponCode& code, const GrantRef& ref, std::string_view reason,
                         std::int64_t now_ms) {
  {
    auto row = database.cached(
        "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state, reason)"
        " VALUES (?1, ?2, ?3, 0, ?4, 0, 'REVOKED', ?5)"
        " ON CONFLICT (grant_id) DO UPDATE SET state = 'REVOKED', reason = excluded.reason WHERE state = 'ISSUED'");
    row->bind_blob(1, ref.id.view()).bind(2, code.text()).bind(3, ref.member.text()).bind(4, now_ms).bind(5, reason);
    COUPON_TRY(row->run());
  }
  auto letters = database.cached(
      "UPDATE failed_coupon_issues SET state = 'DISCARDED', updated_ms = ?2, reason = ?3"
      " WHERE grant_id = ?1 AND state IN ('RETRYING', 'OPEN')");
  letters->bind_blob(1, ref.id.view()).bind(2, now_ms).bind(3, reason);
  return letters->run();
}

Result<std::optional<LedgerRow>> read_live(Database& database, const CouponCode& code, const MemberId& member) {
  auto rows = database.cached(
      "SELECT grant_id, user_id, rank_no, issued_ms, epoch, state, reason FROM issues"
      " WHERE code = ?1 AND user_id = ?2 AND state <> 'REVOKED'");
  rows->bind(1, code.text()).bind(2, member.text());
  auto found = read_all<LedgerRow>(*rows.operator->(), row_from);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

SqliteLedger::SqliteLedger(net::sql::GroupCommit& store, const base::Clock& clock) : store_(store), clock_(clock) {}

Result<> SqliteLedger::create(const Coupon& coupon) {
  COUPON_TRY(validate(coupon));
  return store_.run(Kind::kWrite, [&](Database& db) { return insert_coupon(db, coupon); });
}

Result<Coupon> SqliteLedger::coupon(const CouponCode& code, bool with_deleted) {
  return run<Coupon>(Kind::kRead, [&](Database& db) -> Result<Coupon> {
    auto found = read_coupon(db, code);
    if (!found) return std::unexpected(found.error());
    if (!*found || ((*found)->state == CouponState::kDeleted && !with_deleted)) return no_coupon(code);
    return std::move(**found);
  });
}

Result<std::vector<Coupon>> SqliteLedger::coupons(std::string_view after, std::size_t limit) {
  return run<std::vector<Coupon>>(Kind::kRead, [&](Database& db) {
    static const std::string kSql =
        std::string(kSqliteCouponColumns) + " WHERE code > ?1 AND state <> 'DELETED' ORDER BY code LIMIT ?2";
    auto rows = db.cached(kSql);
    rows->bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    return read_all<Coupon>(*rows.operator->(), coupon_from);
  });
}

Result<Coupon> SqliteLedger::change(const CouponCode& code, std::uint64_t version, std::optional<std::uint32_t> epoch,
                                    const CouponChange& change) {
  return run<Coupon>(Kind::kWrite,
                     [&](Database& db) { return change_coupon(db, code, version, epoch, change, clock_.wall_ms()); });
}

Result<> SqliteLedger::bump_epoch(const CouponCode& code, std::uint32_t from) {
  return store_.run(Kind::kWrite, [&](Database& db) { return bump(db, code, from); });
}

Result<std::vector<PersistOutcome>> SqliteLedger::persist(const std::vector<PersistItem>& items,
                                                          const std::vector<DeadLetter>& dead) {
  return run<std::vector<PersistOutcome>>(Kind::kPatient,
                                          [&](Database& db) { return persist_all(db, items, dead, clock_.wall_ms()); });
}

Result<std::optional<LedgerRow>> SqliteLedger::row(const GrantId& id) {
  return run<std::optional<LedgerRow>>(Kind::kRead, [&](Database& db) { return read_row(db, id); });
}

Result<std::optional<LedgerRow>> SqliteLedger::find(const CouponCode& code, const MemberId& member) {
  return run<std::optional<LedgerRow>>(Kind::kRead, [&](Database& db) { return read_live(db, code, member); });
}

Result<std::vector<LedgerRow>> SqliteLedger::rows(const CouponCode& code, std::int64_t after_rank,
                                                  const GrantId& after_id, std::size_t limit) {
  return run<std::vector<LedgerRow>>(Kind::kRead, [&](Database& db) {
    auto rows = db.cached(
        "SELECT grant_id, user_id, rank_no, issued_ms, epoch, state, reason FROM issues"
        " WHERE code = ?1 AND (rank_no, grant_id) > (?2, ?3) ORDER BY rank_no, grant_id LIMIT ?4");
    rows->bind(1, code.text()).bind(2, after_rank).bind_blob(3, after_id.view());
    rows->bind(4, static_cast<std::int64_t>(limit));
    return read_all<LedgerRow>(*rows.operator->(), row_from);
  });
}

Result<Counts> SqliteLedger::counts(const CouponCode& code) {
  return run<Counts>(Kind::kRead, [&](Database& db) { return count_rows(db, code); });
}

Result<LedgerSnapshot> SqliteLedger::snapshot(const CouponCode& code) {
  return run<LedgerSnapshot>(Kind::kRead, [&](Database& db) { return read_snapshot(db, code); });
}

Result<bool> SqliteLedger::revoke(const CouponCode& code, const GrantRef& ref, std::string_view reason) {
  return run<bool>(Kind::kWrite, [&](Database& db) { return revoke_grant(db, code, ref, reason, clock_.wall_ms()); });
}

Result<std::vector<DeadLetter>> SqliteLedger::dead_letters(const DeadLetterFilter& filter, std::int64_t after_id,
                                                           std::size_t limit) {
  return run<std::vector<DeadLetter>>(Kind::kRead,
                                      [&](Database& db) { return read_letters(db, filter, after_id, limit); });
}

Result<DeadLetter> SqliteLedger::dead_letter(std::int64_t id) {
  return run<DeadLetter>(Kind::kRead, [&](Database& db) { return read_letter(db, id); });
}

Result<std::int64_t> SqliteLedger::unattributed() {
  return run<std::int64_t>(Kind::kRead, [](Database& db) -> Result<std::int64_t> {
    auto row = db.cached(
        "SELECT count(*) FROM failed_coupon_issues WHERE state IN ('RETRYING', 'OPEN')"
        " AND (code IS NULL OR user_id IS NULL OR grant_id IS NULL)");
    const auto there = row->step();
    if (!there) return std::unexpected(there.error());
    return row->integer(0);
  });
}

Result<> SqliteLedger::wipe(const CouponCode& code) {
  return store_.run(Kind::kWrite, [&](Database& db) -> Result<> {
    for (const std::string_view sql :
         {"DELETE FROM issues WHERE code = ?1", "DELETE FROM failed_coupon_issues WHERE code = ?1"}) {
      auto row = db.prepare(sql);
      row->bind(1, code.text());
      COUPON_TRY(row->run());
    }
    return {};
  });
}

Result<> SqliteLedger::ping() {
  // Takes and gives back the write lock: a full or read-only disk shows here, not at the first grant.
  return store_.run(Kind::kWrite, [](Database& db) -> Result<> {
    auto row = db.cached("UPDATE store_meta SET value = value WHERE key = 'identity'");
    return row->run();
  });
}

}  // namespace coupon::ledger
