// The rebuild's steps over the embedded store; see service/rebuild.hpp for their order.

#include <algorithm>
#include <utility>

#include "gate/sqlite_gate.hpp"
#include "gate/sqlite_rows.hpp"

namespace coupon::gate {

using base::Result;
using net::sql::Database;
using Kind = net::sql::GroupCommit::Kind;

namespace {

Result<BuildToken> fence_coupon(Database& database, const CouponCode& code, std::uint32_t target_epoch) {
  {
    auto row = database.cached("INSERT INTO gate_coupons (code) VALUES (?1) ON CONFLICT (code) DO NOTHING");
    row->bind(1, code.text());
    COUPON_TRY(row->run());
  }
  auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  if (coupon->status.epoch >= target_epoch) return fence_too_late(code, target_epoch, coupon->status.epoch);
  if (coupon->building_epoch > target_epoch) return fence_too_late(code, target_epoch, coupon->building_epoch);
  BuildToken token{target_epoch, std::move(coupon->identity)};
  {
    auto attempt = database.cached("SELECT '-' || lower(hex(randomblob(8)))");
    if (const auto stepped = attempt->step(); !stepped) return std::unexpected(stepped.error());
    token.server += attempt->text(0);
  }
  auto row =
      database.cached("UPDATE gate_coupons SET home = '', building_epoch = ?2, building_server = ?3 WHERE code = ?1");
  row->bind(1, code.text()).bind(2, std::int64_t{target_epoch}).bind(3, token.server);
  COUPON_TRY(row->run());
  return token;
}

Result<> merge_grant(Database& database, const CouponCode& code, const Grant& grant, std::uint32_t epoch) {
  auto held = read_held(database, code, grant.member);
  if (!held) return std::unexpected(held.error());
  auto merged = grant;
  if (*held) {
    // The gate alone knows the key; it stays only if it is the same grant.
    if ((*held)->grant.id == grant.id) merged.key_hash = (*held)->grant.key_hash;
    COUPON_TRY(delete_held(database, code, grant.member));
  }
  return insert_held(database, code, merged, false, epoch);
}

Result<> drop_revoked(Database& database, const CouponCode& code, const GrantRef& ref) {
  auto row = database.cached("DELETE FROM gate_grants WHERE code = ?1 AND member = ?2 AND grant_id = ?3");
  row->bind(1, code.text()).bind(2, ref.member.text()).bind_blob(3, ref.id.view());
  return row->run();
}

Result<bool> merge_all(Database& database, const CouponCode& code, const BuildToken& token,
                       const std::vector<Grant>& held, const std::vector<GrantRef>& revoked) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  if (!coupon->building_for(token)) return false;
  for (const auto& grant : held) {
    COUPON_TRY(merge_grant(database, code, grant, token.target_epoch));
  }
  for (const auto& ref : revoked) {
    COUPON_TRY(drop_revoked(database, code, ref));
  }
  return true;
}

Result<std::int64_t> void_beyond(Database& database, const CouponCode& code, std::uint32_t epoch, std::int64_t excess) {
  if (excess <= 0) return 0;
  auto row = database.cached(
      "DELETE FROM gate_grants WHERE code = ?1 AND member IN (SELECT member FROM gate_grants"
      " WHERE code = ?1 AND merged_epoch <> ?2 ORDER BY rank DESC LIMIT ?3)");
  row->bind(1, code.text()).bind(2, std::int64_t{epoch}).bind(3, excess);
  COUPON_TRY(row->run());
  return database.changes();
}

Result<SettleReply> settle_coupon(Database& database, const CouponCode& code, const BuildToken& token,
                                  std::int64_t quota) {
  const auto before = read_coupon(database, code);
  if (!before) return std::unexpected(before.error());
  SettleReply reply;
  if (!before->building_for(token)) return reply;
  reply.mine = true;
  const auto voided = void_beyond(database, code, token.target_epoch, before->status.held - quota);
  if (!voided) return std::unexpected(voided.error());
  reply.voided = *voided;
  {
    auto row = database.cached(
        "UPDATE gate_grants SET pending = 1, due_ms = 0 WHERE code = ?1 AND merged_epoch <> ?2 AND pending = 0");
    row->bind(1, code.text()).bind(2, std::int64_t{token.target_epoch});
    COUPON_TRY(row->run());
  }
  const auto after = read_coupon(database, code);
  if (!after) return std::unexpected(after.error());
  reply.held = after->status.held;
  reply.pending = after->status.pending;
  reply.seq = after->status.seq;
  return reply;
}

Result<bool> open_coupon(Database& database, const CouponCode& code, const BuildToken& token, const GateChange& values,
                         std::int64_t seq) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  if (!coupon->building_for(token)) return false;
  auto row = database.cached(
      "UPDATE gate_coupons SET home = ?2, epoch = ?3, quota = ?4, state = ?5, opens_ms = ?6, ends_ms = ?7,"
      " version = ?8, seq = max(seq, ?9), building_epoch = 0, building_server = '' WHERE code = ?1");
  row->bind(1, code.text()).bind(2, coupon->identity).bind(3, std::int64_t{token.target_epoch}).bind(4, values.quota);
  row->bind(5, name_of(values.state)).bind(6, values.window.opens_ms).bind(7, values.window.ends_ms);
  row->bind(8, static_cast<std::int64_t>(values.version)).bind(9, seq);
  COUPON_TRY(row->run());
  return true;
}

Result<bool> forget_coupon(Database& database, const CouponCode& code, const BuildToken& token) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  if (!coupon->building_for(token)) return false;
  for (const std::string_view sql :
       {"DELETE FROM gate_grants WHERE code = ?1", "DELETE FROM gate_coupons WHERE code = ?1"}) {
    auto row = database.prepare(sql);
    row->bind(1, code.text());
    COUPON_TRY(row->run());
  }
  return true;
}

}  // namespace

void SqliteGate::fence(const CouponCode& code, std::uint32_t target_epoch, base::Done<BuildToken> done) {
  run<BuildToken>(
      Kind::kWrite, [code, target_epoch](Database& db) { return fence_coupon(db, code, target_epoch); },
      std::move(done));
}

void SqliteGate::merge(const CouponCode& code, const BuildToken& token, std::vector<Grant> held,
                       std::vector<GrantRef> revoked, base::Done<bool> done) {
  if (refuses(std::max(held.size(), revoked.size()), done)) return;
  run<bool>(
      Kind::kWrite,
      [code, token, held = std::move(held), revoked = std::move(revoked)](Database& db) {
        return merge_all(db, code, token, held, revoked);
      },
      std::move(done));
}

void SqliteGate::settle(const CouponCode& code, const BuildToken& token, std::int64_t quota,
                        base::Done<SettleReply> done) {
  run<SettleReply>(
      Kind::kWrite, [code, token, quota](Database& db) { return settle_coupon(db, code, token, quota); },
      std::move(done));
}

void SqliteGate::open(const CouponCode& code, const BuildToken& token, const GateChange& values, std::int64_t seq,
                      base::Done<bool> done) {
  run<bool>(
      Kind::kWrite, [code, token, values, seq](Database& db) { return open_coupon(db, code, token, values, seq); },
      std::move(done));
}

void SqliteGate::forget(const CouponCode& code, const BuildToken& token, base::Done<bool> done) {
  run<bool>(Kind::kWrite, [code, token](Database& db) { return forget_coupon(db, code, token); }, std::move(done));
}

}  // namespace coupon::gate
