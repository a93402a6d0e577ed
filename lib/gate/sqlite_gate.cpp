#include "gate/sqlite_gate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "coupon/event.hpp"
#include "gate/sqlite_rows.hpp"

namespace coupon::gate {

using base::Result;
using net::sql::Database;
using Kind = net::sql::GroupCommit::Kind;

Result<CouponRow> read_coupon(Database& database, const CouponCode& code) {
  auto row = database.cached(
      "SELECT home, epoch, state, opens_ms, ends_ms, quota, version, seq, held, pending, building_epoch,"
      " building_server, (SELECT value FROM store_meta WHERE key = 'identity') FROM gate_coupons WHERE code = ?1");
  row->bind(1, code.text());
  const auto there = row->step();
  if (!there) return std::unexpected(there.error());
  CouponRow coupon;
  if (!*there) return coupon;
  auto& status = coupon.status;
  const auto state = parse_coupon_state(row->text(2));
  if (!state) return std::unexpected(state.error());
  coupon.identity = row->text(12);
  coupon.building_epoch = static_cast<std::uint32_t>(row->integer(10));
  coupon.building_server = row->text(11);
  status.known = true;
  status.serving = !coupon.identity.empty() && row->text(0) == coupon.identity;
  status.building = coupon.building_epoch != 0;
  status.epoch = static_cast<std::uint32_t>(row->integer(1));
  status.state = *state;
  status.window = {row->integer(3), row->integer(4)};
  status.quota = row->integer(5);
  status.version = static_cast<std::uint64_t>(row->integer(6));
  status.seq = row->integer(7);
  status.held = row->integer(8);
  status.pending = row->integer(9);
  if (status.building) status.progress = fmt::format("{} {}", coupon.building_server, status.held);
  return coupon;
}

Result<HeldGrant> held_from(const net::sql::StatementUse& row, MemberId member) {
  const auto id = GrantId::from_bytes(row->blob(0));
  if (!id) return std::unexpected(id.error());
  return HeldGrant{
      Grant{*id, std::move(member), row->integer(1), row->integer(2), static_cast<std::uint64_t>(row->integer(3))},
      row->integer(4) != 0};
}

Result<std::optional<HeldGrant>> read_held(Database& database, const CouponCode& code, const MemberId& member) {
  auto row = database.cached(
      "SELECT grant_id, rank, issued_ms, key_hash, pending FROM gate_grants WHERE code = ?1 AND member = ?2");
  row->bind(1, code.text()).bind(2, member.text());
  const auto there = row->step();
  if (!there) return std::unexpected(there.error());
  if (!*there) return std::nullopt;
  auto held = held_from(row, member);
  if (!held) return std::unexpected(held.error());
  return std::move(*held);
}

Result<> insert_held(Database& database, const CouponCode& code, const Grant& grant, bool pending,
                     std::uint32_t merged_epoch) {
  auto row = database.cached(
      "INSERT INTO gate_grants (code, member, grant_id, rank, issued_ms, key_hash, pending, merged_epoch)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  row->bind(1, code.text()).bind(2, grant.member.text()).bind_blob(3, grant.id.view()).bind(4, grant.rank);
  row->bind(5, grant.issued_ms).bind(6, static_cast<std::int64_t>(grant.key_hash));
  row->bind(7, std::int64_t{pending}).bind(8, std::int64_t{merged_epoch});
  return row->run();
}

Result<> delete_held(Database& database, const CouponCode& code, const MemberId& member) {
  auto row = database.cached("DELETE FROM gate_grants WHERE code = ?1 AND member = ?2");
  row->bind(1, code.text()).bind(2, member.text());
  return row->run();
}

namespace {

Result<> append_event(Database& database, const GrantEvent& event, std::int64_t now_ms) {
  const auto value = encode_value(event);
  auto row = database.cached("INSERT INTO journal (timestamp_ms, key, value) VALUES (?1, ?2, ?3)");
  row->bind(1, now_ms).bind(2, event.member.text()).bind_blob(3, value);
  return row->run();
}

// Decides for one member; `held` and `seq` move on when a place is given.
Result<Decision> decide(Database& database, const CouponCode& code, const CouponRow& coupon, const Ask& ask,
                        std::int64_t now_ms, std::int64_t& held, std::int64_t& seq) {
  auto mine = read_held(database, code, ask.member);
  if (!mine) return std::unexpected(mine.error());
  if (*mine) {
    const bool same = (*mine)->grant.id == ask.candidate;
    return Decision{same ? Outcome::kGranted : Outcome::kAlready, std::move(*mine)};
  }
  if (const auto no = refusal(coupon.rules(), held, now_ms)) return Decision{*no, std::nullopt};
  Grant grant{ask.candidate, ask.member, seq + 1, now_ms, ask.key_hash};
  COUPON_TRY(insert_held(database, code, grant, /*pending=*/false, 0));
  COUPON_TRY(append_event(database, make_event(code, grant, coupon.status.epoch), now_ms));
  ++held;
  ++seq;
  return Decision{Outcome::kGranted, HeldGrant{std::move(grant), false}};
}

Result<> store_seq(Database& database, const CouponCode& code, std::int64_t seq) {
  auto row = database.cached("UPDATE gate_coupons SET seq = ?2 WHERE code = ?1");
  row->bind(1, code.text()).bind(2, seq);
  return row->run();
}

Result<IssueReply> issue_all(Database& database, const CouponCode& code, const std::vector<Ask>& asks,
                             std::int64_t now_ms) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto& status = coupon->status;
  IssueReply reply{now_ms, status.epoch, status.window, {}};
  reply.decisions.reserve(asks.size());
  if (!status.serving) {
    reply.decisions.assign(asks.size(), {status.known ? Outcome::kFenced : Outcome::kUnknownCoupon, std::nullopt});
    return reply;
  }
  auto held = status.held;
  auto seq = status.seq;
  for (const auto& ask : asks) {
    auto decision = decide(database, code, *coupon, ask, now_ms, held, seq);
    if (!decision) return std::unexpected(decision.error());
    reply.decisions.push_back(std::move(*decision));
  }
  if (seq != status.seq) {
    COUPON_TRY(store_seq(database, code, seq));
  }
  return reply;
}

// True when the coupon is served here and the member holds exactly this id.
Result<bool> holds(Database& database, const CouponCode& code, const GrantRef& ref) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  if (!coupon->status.serving) return false;
  const auto held = read_held(database, code, ref.member);
  if (!held) return std::unexpected(held.error());
  return *held && (*held)->grant.id == ref.id;
}

Result<> set_pending(Database& database, const CouponCode& code, const MemberId& member, bool pending,
                     std::int64_t due_ms) {
  auto row = database.cached("UPDATE gate_grants SET pending = ?3, due_ms = ?4 WHERE code = ?1 AND member = ?2");
  row->bind(1, code.text()).bind(2, member.text()).bind(3, std::int64_t{pending}).bind(4, due_ms);
  return row->run();
}

Result<std::vector<bool>> confirm_all(Database& database, const CouponCode& code, std::uint32_t epoch,
                                      const std::vector<GrantRef>& refs) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  std::vector<bool> confirmed(refs.size(), false);
  if (!coupon->status.serving || coupon->status.epoch != epoch) return confirmed;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    const auto held = read_held(database, code, refs[i].member);
    if (!held) return std::unexpected(held.error());
    if (!*held || (*held)->grant.id != refs[i].id) continue;
    if ((*held)->pending) {
      COUPON_TRY(set_pending(database, code, refs[i].member, false, 0));
    }
    confirmed[i] = true;
  }
  return confirmed;
}

// Every row of a statement that selects what held_from reads, and the member in column 5.
Result<std::vector<HeldGrant>> read_all_held(const net::sql::StatementUse& rows) {
  std::vector<HeldGrant> grants;
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return grants;
    auto member = MemberId::parse(rows->text(5));
    if (!member) return std::unexpected(member.error());
    auto held = held_from(rows, std::move(*member));
    if (!held) return std::unexpected(held.error());
    grants.push_back(std::move(*held));
  }
}

Result<ClaimReply> claim_due(Database& database, const CouponCode& code, std::size_t limit, std::int64_t now_ms,
                             std::int64_t retry_ms) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  ClaimReply reply{coupon->status.serving, coupon->status.epoch, {}};
  if (!reply.serving) return reply;
  {
    auto rows = database.cached(
        "SELECT grant_id, rank, issued_ms, key_hash, pending, member FROM gate_grants"
        " WHERE code = ?1 AND pending = 1 AND due_ms <= ?2 ORDER BY due_ms LIMIT ?3");
    rows->bind(1, code.text()).bind(2, now_ms).bind(3, static_cast<std::int64_t>(limit));
    auto due = read_all_held(rows);
    if (!due) return std::unexpected(due.error());
    for (auto& held : *due) reply.due.push_back(std::move(held.grant));
  }
  for (const auto& grant : reply.due) {
    COUPON_TRY(set_pending(database, code, grant.member, true, now_ms + retry_ms));
  }
  return reply;
}

Result<ChangeReply> apply_change(Database& database, const CouponCode& code, const GateChange& change, bool reduce) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto& status = coupon->status;
  ChangeReply reply{status.serving, false, status.epoch, status.quota, status.held};
  if (!status.serving || change.version <= status.version) return reply;
  reply.quota = reduce ? reduced_quota(change.quota, status.held) : change.quota;
  reply.applied = true;
  auto row = database.cached(
      "UPDATE gate_coupons SET version = ?2, quota = ?3, state = ?4, opens_ms = ?5, ends_ms = ?6 WHERE code = ?1");
  row->bind(1, code.text()).bind(2, static_cast<std::int64_t>(change.version)).bind(3, reply.quota);
  row->bind(4, name_of(change.state)).bind(5, change.window.opens_ms).bind(6, change.window.ends_ms);
  COUPON_TRY(row->run());
  return reply;
}

Result<bool> adopt_one(Database& database, const CouponCode& code, const Grant& grant) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto held = read_held(database, code, grant.member);
  if (!held) return std::unexpected(held.error());
  if (!coupon->status.serving) return false;
  if (*held) return (*held)->grant.id == grant.id;
  COUPON_TRY(insert_held(database, code, grant, false, 0));
  if (grant.rank > coupon->status.seq) {
    COUPON_TRY(store_seq(database, code, grant.rank));
  }
  return true;
}

Result<GatePage> read_page(Database& database, const CouponCode& code, const std::string& cursor, std::size_t limit) {
  const auto coupon = read_coupon(database, code);
  if (!coupon) return std::unexpected(coupon.error());
  GatePage page{coupon->status.serving, coupon->status.epoch, {}, {}};
  auto rows = database.cached(
      "SELECT grant_id, rank, issued_ms, key_hash, pending, member FROM gate_grants"
      " WHERE code = ?1 AND member > ?2 ORDER BY member LIMIT ?3");
  rows->bind(1, code.text()).bind(2, cursor).bind(3, static_cast<std::int64_t>(limit));
  auto grants = read_all_held(rows);
  if (!grants) return std::unexpected(grants.error());
  page.grants = std::move(*grants);
  if (!page.grants.empty() && page.grants.size() == limit) page.next = page.grants.back().grant.member.text();
  return page;
}

}  // namespace

SqliteGate::SqliteGate(net::sql::GroupCommit& store, const base::Clock& clock, base::Executor& executor)
    : store_(store), clock_(clock), executor_(executor) {}

void SqliteGate::issue(const CouponCode& code, std::vector<Ask> asks, base::Done<IssueReply> done) {
  if (refuses(asks.size(), done)) return;
  // The clock is read inside the transaction, so that ranks and times of one coupon rise together.
  run<IssueReply>(
      Kind::kWrite,
      [code, asks = std::move(asks), this](Database& db) { return issue_all(db, code, asks, clock_.wall_ms()); },
      std::move(done));
}

void SqliteGate::confirm(const CouponCode& code, std::uint32_t epoch, std::vector<GrantRef> refs,
                         base::Done<std::vector<bool>> done) {
  if (refuses(refs.size(), done)) return;
  run<std::vector<bool>>(
      Kind::kWrite, [code, epoch, refs = std::move(refs)](Database& db) { return confirm_all(db, code, epoch, refs); },
      std::move(done));
}

void SqliteGate::find(const CouponCode& code, const MemberId& member, base::Done<MemberReply> done) {
  run<MemberReply>(
      Kind::kRead,
      [code, member](Database& db) -> Result<MemberReply> {
        const auto coupon = read_coupon(db, code);
        if (!coupon) return std::unexpected(coupon.error());
        auto held = read_held(db, code, member);
        if (!held) return std::unexpected(held.error());
        return MemberReply{coupon->status.serving, coupon->status.epoch, std::move(*held)};
      },
      std::move(done));
}

void SqliteGate::status(const CouponCode& code, base::Done<GateStatus> done) {
  run<GateStatus>(
      Kind::kRead,
      [code](Database& db) -> Result<GateStatus> {
        auto row = read_coupon(db, code);
        if (!row) return std::unexpected(std::move(row.error()));
        return row->status;
      },
      std::move(done));
}

void SqliteGate::claim(const CouponCode& code, std::size_t limit, std::int64_t retry_ms, base::Done<ClaimReply> done) {
  run<ClaimReply>(
      Kind::kWrite,
      [code, limit, retry_ms, this](Database& db) { return claim_due(db, code, limit, clock_.wall_ms(), retry_ms); },
      std::move(done));
}

void SqliteGate::revoke(const CouponCode& code, GrantRef ref, base::Done<bool> done) {
  run<bool>(
      Kind::kWrite,
      [code, ref = std::move(ref)](Database& db) -> Result<bool> {
        auto same = holds(db, code, ref);
        if (!same || !*same) return same;
        COUPON_TRY(delete_held(db, code, ref.member));
        return true;
      },
      std::move(done));
}

void SqliteGate::rearm(const CouponCode& code, GrantRef ref, base::Done<bool> done) {
  run<bool>(
      Kind::kWrite,
      [code, ref = std::move(ref)](Database& db) -> Result<bool> {
        auto same = holds(db, code, ref);
        if (!same || !*same) return same;
        COUPON_TRY(set_pending(db, code, ref.member, true, 0));
        return true;
      },
      std::move(done));
}

void SqliteGate::adopt(const CouponCode& code, Grant grant, base::Done<bool> done) {
  run<bool>(
      Kind::kWrite, [code, grant = std::move(grant)](Database& db) { return adopt_one(db, code, grant); },
      std::move(done));
}

void SqliteGate::change(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) {
  run<ChangeReply>(
      Kind::kWrite, [code, change](Database& db) { return apply_change(db, code, change, false); }, std::move(done));
}

void SqliteGate::reduce(const CouponCode& code, GateChange change, base::Done<ChangeReply> done) {
  run<ChangeReply>(
      Kind::kWrite, [code, change](Database& db) { return apply_change(db, code, change, true); }, std::move(done));
}

void SqliteGate::scan(const CouponCode& code, std::string cursor, std::size_t limit, base::Done<GatePage> done) {
  run<GatePage>(
      Kind::kRead,
      [code, cursor = std::move(cursor), limit](Database& db) { return read_page(db, code, cursor, limit); },
      std::move(done));
}

}  // namespace coupon::gate
