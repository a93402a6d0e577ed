// Coupons on a server: create, read, change, epochs.

#include <fmt/format.h>
#include <utility>

#include "ledger/mysql_ledger.hpp"
#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::fail;
using base::Result;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;
using net::sql::SqlText;

namespace {

// Transactions of these return something, if only that they succeeded.
using Nothing = bool;

Result<> outcome_of(const Result<Nothing>& done) {
  if (!done) return std::unexpected(done.error());
  return {};
}

std::unexpected<base::Error> no_coupon(const CouponCode& code) {
  return fail(Errc::kNotFound, fmt::format("there is no coupon {}", code.text()));
}

Result<Nothing> insert_coupon(MysqlSession& session, const Coupon& coupon) {
  const auto changed = session.execute(
      sql_text("INSERT INTO coupons (code, title, quota, version, epoch, state, opens_ms, ends_ms, created_ms)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE code = coupons.code",
               {SqlBytes{coupon.code.text()}, SqlText{coupon.title}, coupon.quota,
                static_cast<std::int64_t>(coupon.version), std::int64_t{coupon.epoch}, SqlText{name_of(coupon.state)},
                coupon.window.opens_ms, coupon.window.ends_ms, coupon.created_ms}));
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 1) return true;
  return fail(Errc::kConflict,
              fmt::format("coupon {} exists, or existed: codes are never used again", coupon.code.text()));
}

Result<> record_quota(MysqlSession& session, const Coupon& before, const Coupon& after, std::string_view actor,
                      std::int64_t now_ms) {
  if (before.quota == after.quota) return {};
  return run(session, sql_text("INSERT INTO quota_changes (code, version, old_quota, new_quota, actor, at_ms)"
                               " VALUES (?, ?, ?, ?, ?, ?)",
                               {SqlBytes{after.code.text()}, static_cast<std::int64_t>(after.version), before.quota,
                                after.quota, SqlText{actor}, now_ms}));
}

// model: RecordQuota
Result<Coupon> change_coupon(MysqlSession& session, const CouponCode& code, std::uint64_t version,
                             std::optional<std::uint32_t> epoch, const CouponChange& change, std::int64_t now_ms) {
  auto found = read_coupon(session, code, Locked::kForChange);
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
  COUPON_TRY(
      run(session,
          sql_text("UPDATE coupons SET quota = ?, state = ?, opens_ms = ?, ends_ms = ?, version = ? WHERE code = ?",
                   {after.quota, SqlText{name_of(after.state)}, after.window.opens_ms, after.window.ends_ms,
                    static_cast<std::int64_t>(after.version), SqlBytes{code.text()}})));
  COUPON_TRY(record_quota(session, before, after, change.actor, now_ms));
  return after;
}

}  // namespace

MysqlLedger::MysqlLedger(net::sql::MysqlPool& pool, const base::Clock& clock) : pool_(pool), clock_(clock) {}

Result<> MysqlLedger::create(const Coupon& coupon) {
  COUPON_TRY(validate(coupon));
  return outcome_of(pool_.transact<Nothing>([&](MysqlSession& session) { return insert_coupon(session, coupon); }));
}

Result<Coupon> MysqlLedger::coupon(const CouponCode& code, bool with_deleted) {
  return pool_.read<Coupon>([&](MysqlSession& session) -> Result<Coupon> {
    auto found = read_coupon(session, code, Locked::kNo);
    if (!found) return std::unexpected(found.error());
    if (!*found || ((*found)->state == CouponState::kDeleted && !with_deleted)) return no_coupon(code);
    return std::move(**found);
  });
}

Result<std::vector<Coupon>> MysqlLedger::coupons(std::string_view after, std::size_t limit) {
  return pool_.read<std::vector<Coupon>>([&](MysqlSession& session) {
    const auto sql =
        std::string(kCouponColumns) + sql_text(" WHERE code > ? AND state <> 'DELETED' ORDER BY code LIMIT ?",
                                               {SqlBytes{after}, static_cast<std::int64_t>(limit)});
    return read_all<Coupon>(session, sql, coupon_from);
  });
}

Result<Coupon> MysqlLedger::change(const CouponCode& code, std::uint64_t version, std::optional<std::uint32_t> epoch,
                                   const CouponChange& change) {
  return pool_.transact<Coupon>(
      [&](MysqlSession& session) { return change_coupon(session, code, version, epoch, change, clock_.wall_ms()); });
}

// model: Bump
Result<> MysqlLedger::bump_epoch(const CouponCode& code, std::uint32_t from) {
  return outcome_of(pool_.transact<Nothing>([&](MysqlSession& session) -> Result<Nothing> {
    const auto changed = session.execute(sql_text("UPDATE coupons SET epoch = epoch + 1 WHERE code = ? AND epoch = ?",
                                                  {SqlBytes{code.text()}, std::int64_t{from}}));
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 1) return true;
    return base::fail_retryable(Errc::kConflict, fmt::format("the epoch of coupon {} moved on", code.text()));
  }));
}

}  // namespace coupon::ledger
