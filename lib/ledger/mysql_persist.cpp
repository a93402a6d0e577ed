// The worker's transaction. A new row is told from one that was there by the number of rows that the insert changed,
// never by reading before or after it: between a read and the insert another worker may commit the same records. So the
// batch is inserted as planned (at first as if nothing of it were there), and unless every row of it was new, the
// transaction is undone and planned again from what is there by then.

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include "ledger/letters.hpp"
#include "ledger/mysql_rows.hpp"

namespace coupon::ledger {

using base::Errc;
using base::Result;
using net::sql::append_value;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;
using net::sql::SqlValue;

namespace {

constexpr std::string_view kInsert =
    "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state) VALUES ";
// Changes nothing, and counts nothing, where the id or the place is taken. IGNORE would also bend what does not fit.
constexpr std::string_view kUnlessThere = " ON DUPLICATE KEY UPDATE grant_id = issues.grant_id";
constexpr std::size_t kRowsMax = 1'000;  // of one statement
constexpr std::size_t kRowBytes = 200;   // about; of a row's text

using Epochs = std::map<CouponCode, std::uint32_t>;
using States = std::unordered_map<GrantId, RowState>;
/// The id that holds a member's place, by code.
using Places = std::map<CouponCode, std::unordered_map<std::string, GrantId>>;

struct Stored {
  States states;
  Places places;
};

struct Plan {
  std::vector<PersistOutcome> outcomes;
  std::vector<const GrantEvent*> rows;
};

// `pattern` with its '?' replaced by up to kListMax values, for each such part of `values`.
template <class Each>
Result<> query_lists(MysqlSession& session, const std::string& head, const std::string& tail,
                     const std::vector<std::string_view>& values, const Each& each) {
  for (std::size_t from = 0; from < values.size(); from += kListMax) {
    std::string sql = head + "(";
    for (std::size_t i = from; i < std::min(from + kListMax, values.size()); ++i) {
      if (i > from) sql += ',';
      append_value(sql, SqlBytes{values[i]});
    }
    COUPON_TRY(session.query(sql.append(")").append(tail), each));
  }
  return {};
}

// With a share lock, in the order of codes: an epoch cannot move until these records are committed.
Result<Epochs> read_epochs(MysqlSession& session, const std::vector<PersistItem>& items,
                           const std::vector<DeadLetter>& dead) {
  std::set<std::string_view> codes;
  for (const auto& item : items) codes.insert(item.event.code.text());
  for (const auto& letter : dead) {
    if (letter.code) codes.insert(letter.code->text());
  }
  Epochs epochs;
  const auto done =
      query_lists(session, "SELECT code, epoch FROM coupons WHERE code IN ", " ORDER BY code LOCK IN SHARE MODE",
                  {codes.begin(), codes.end()}, [&epochs](const MysqlRow& row) -> Result<> {
                    auto code = CouponCode::parse(row.text(0));
                    if (!code) return std::unexpected(code.error());
                    epochs.emplace(std::move(*code), static_cast<std::uint32_t>(row.integer(1)));
                    return {};
                  });
  if (!done) return std::unexpected(done.error());
  return epochs;
}

Result<> read_states(MysqlSession& session, const std::vector<PersistItem>& items, States& states) {
  std::vector<std::string_view> ids;
  ids.reserve(items.size());
  for (const auto& item : items) ids.push_back(item.event.id.view());
  return query_lists(session, "SELECT grant_id, state FROM issues WHERE grant_id IN ", "", ids,
                     [&states](const MysqlRow& row) -> Result<> {
                       const auto id = GrantId::from_bytes(row.text(0));
                       if (!id) return std::unexpected(id.error());
                       const auto state = parse_row_state(row.text(1));
                       if (!state) return std::unexpected(state.error());
                       states.emplace(*id, *state);
                       return {};
                     });
}

Result<> read_places(MysqlSession& session, const std::vector<PersistItem>& items, Stored& stored) {
  std::map<CouponCode, std::vector<std::string_view>> wanted;
  for (const auto& item : items) {
    if (!stored.states.contains(item.event.id)) wanted[item.event.code].push_back(item.event.member.text());
  }
  for (const auto& [code, members] : wanted) {
    auto& holders = stored.places[code];
    const auto head =
        sql_text("SELECT live_user, grant_id FROM issues WHERE code = ? AND live_user IN ", {SqlBytes{code.text()}});
    COUPON_TRY(query_lists(session, head, "", members, [&holders](const MysqlRow& row) -> Result<> {
      const auto id = GrantId::from_bytes(row.text(1));
      if (!id) return std::unexpected(id.error());
      holders.emplace(row.text(0), *id);
      return {};
    }));
  }
  return {};
}

PersistOutcome place(const GrantEvent& event, Stored& stored, Plan& plan) {
  if (const auto known = stored.states.find(event.id); known != stored.states.end()) {
    return known->second == RowState::kRevoked ? PersistOutcome::kLateCopy : PersistOutcome::kPresent;
  }
  const auto [holder, free] = stored.places[event.code].emplace(event.member.text(), event.id);
  if (!free) return holder->second == event.id ? PersistOutcome::kPresent : PersistOutcome::kDisplaced;
  stored.states.emplace(event.id, RowState::kIssued);
  plan.rows.push_back(&event);
  return PersistOutcome::kInserted;
}

Plan make_plan(const std::vector<PersistItem>& items, const Epochs& epochs, Stored stored) {
  Plan plan;
  plan.outcomes.reserve(items.size());
  plan.rows.reserve(items.size());
  for (const auto& item : items) {
    const auto epoch = epochs.find(item.event.code);
    if (epoch == epochs.end()) {
      plan.outcomes.push_back(PersistOutcome::kOrphan);
    } else if (item.event.epoch < epoch->second) {
      plan.outcomes.push_back(PersistOutcome::kStale);
    } else {
      plan.outcomes.push_back(place(item.event, stored, plan));
    }
  }
  // All workers take the places in one order, so that few of them meet crosswise.
  std::ranges::sort(plan.rows, {}, [](const GrantEvent* event) { return std::tie(event->code, event->member); });
  return plan;
}

Result<> insert_plan(MysqlSession& session, const Plan& plan) {
  const std::span rows(plan.rows);
  for (std::size_t from = 0; from < rows.size(); from += kRowsMax) {
    const auto part = rows.subspan(from, std::min(kRowsMax, rows.size() - from));
    const auto changed = insert_rows(session, part);
    if (!changed) return std::unexpected(changed.error());
    if (*changed != static_cast<std::int64_t>(part.size())) {
      return base::fail_retryable(Errc::kConflict, "another worker stores the same records");
    }
  }
  return {};
}

std::string full_part_text() {
  std::string sql(kInsert);
  for (std::size_t i = 0; i < kRowsMax; ++i) sql += i == 0 ? "(?,?,?,?,?,?,'ISSUED')" : ",(?,?,?,?,?,?,'ISSUED')";
  return sql.append(kUnlessThere);
}

// While there is a backlog every part is full: prepared, since reading its text was a fifth of the server's time.
Result<std::int64_t> insert_full_part(MysqlSession& session, std::span<const GrantEvent* const> rows) {
  static const auto kText = full_part_text();
  std::vector<SqlValue> values;
  values.reserve(6 * rows.size());
  for (const auto* event : rows) {
    values.insert(values.end(),
                  {SqlBytes{event->id.view()}, SqlBytes{event->code.text()}, SqlBytes{event->member.text()},
                   event->rank, event->issued_ms, std::int64_t{event->epoch}});
  }
  return session.execute_prepared(kText, values);
}

Result<> store_letter(MysqlSession& session, const DeadLetter& letter, const Epochs& epochs, std::int64_t now_ms) {
  const auto epoch = letter.code ? epochs.find(*letter.code) : epochs.end();
  const auto known = epoch == epochs.end() ? std::optional<std::uint32_t>() : epoch->second;
  return insert_letter(session, as_stored(letter, known, now_ms), now_ms);
}

}  // namespace

Result<std::int64_t> insert_rows(MysqlSession& session, std::span<const GrantEvent* const> rows) {
  if (rows.size() == kRowsMax) return insert_full_part(session, rows);
  std::string sql(kInsert);
  sql.reserve(sql.size() + rows.size() * kRowBytes);
  for (const auto* event : rows) {
    if (sql.back() == ')') sql += ',';
    sql += '(';
    append_value(sql, SqlBytes{event->id.view()});
    sql += ',';
    append_value(sql, SqlBytes{event->code.text()});
    sql += ',';
    append_value(sql, SqlBytes{event->member.text()});
    for (const std::int64_t number : {event->rank, event->issued_ms, std::int64_t{event->epoch}}) {
      sql += ',';
      append_value(sql, number);
    }
    sql += ",'ISSUED')";
  }
  return session.execute(sql.append(kUnlessThere));
}

// model: Store
Result<std::vector<PersistOutcome>> persist_all(MysqlSession& session, const std::vector<PersistItem>& items,
                                                const std::vector<DeadLetter>& dead, bool look, std::int64_t now_ms) {
  const auto epochs = read_epochs(session, items, dead);
  if (!epochs) return std::unexpected(epochs.error());
  Stored stored;
  if (look) {
    COUPON_TRY(read_states(session, items, stored.states));
    COUPON_TRY(read_places(session, items, stored));
  }
  auto plan = make_plan(items, *epochs, std::move(stored));
  COUPON_TRY(insert_plan(session, plan));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (plan.outcomes[i] == PersistOutcome::kOrphan) {
      COUPON_TRY(store_letter(session, letter_of(items[i], RedriveOutcome::kOrphan), *epochs, now_ms));
    } else if (plan.outcomes[i] == PersistOutcome::kDisplaced) {
      COUPON_TRY(store_letter(session, letter_of(items[i], RedriveOutcome::kDisplaced), *epochs, now_ms));
    }
  }
  for (const auto& letter : dead) COUPON_TRY(store_letter(session, letter, *epochs, now_ms));
  return std::move(plan.outcomes);
}

}  // namespace coupon::ledger
