#include "journal/sqlite_journal.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace coupon::journal {

using base::Result;
using net::sql::Database;
using Kind = net::sql::GroupCommit::Kind;

namespace {

constexpr std::int32_t kPartition = 0;
// Between looks at an empty journal while poll waits: first, and after doubling.
constexpr std::int64_t kPauseMs = 5;
constexpr std::int64_t kPauseMaxMs = 50;

Result<> insert_all(Database& database, const std::vector<JournalRecord>& records, std::int64_t now_ms) {
  for (const auto& record : records) {
    const auto headers = pack_headers(record.headers);
    auto row = database.cached("INSERT INTO journal (timestamp_ms, key, value, headers) VALUES (?1, ?2, ?3, ?4)");
    row->bind(1, now_ms).bind(2, record.key).bind_blob(3, record.value).bind_blob(4, headers);
    COUPON_TRY(row->run());
  }
  return {};
}

Result<std::int64_t> single(Database& database, std::string_view sql, std::string_view group, std::int64_t fallback) {
  auto row = database.cached(sql);
  if (!group.empty()) row->bind(1, group);
  const auto there = row->step();
  if (!there) return std::unexpected(there.error());
  return *there && !row->null(0) ? row->integer(0) : fallback;
}

// A group without a commit starts with what is still there.
Result<std::int64_t> committed_offset(Database& database, std::string_view group) {
  return single(database,
                "SELECT coalesce((SELECT next_offset FROM journal_groups WHERE name = ?1),"
                " (SELECT min(offset) FROM journal), (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'journal'))",
                group, 1);
}

// Makes the group known, and answers where it is.
Result<std::int64_t> join(Database& database, std::string_view group) {
  const auto offset = committed_offset(database, group);
  if (!offset) return offset;
  auto row =
      database.cached("INSERT INTO journal_groups (name, next_offset) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING");
  row->bind(1, group).bind(2, *offset);
  COUPON_TRY(row->run());
  return offset;
}

// The end survives trimming: AUTOINCREMENT remembers the highest offset ever given.
Result<std::int64_t> end_offset(Database& database) {
  return single(database, "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'journal'", {}, 1);
}

Result<std::vector<ConsumedRecord>> read_from(Database& database, std::int64_t from, std::size_t limit) {
  std::vector<ConsumedRecord> records;
  auto rows = database.cached(
      "SELECT offset, timestamp_ms, key, value, headers FROM journal WHERE offset >= ?1 ORDER BY offset LIMIT ?2");
  rows->bind(1, from).bind(2, static_cast<std::int64_t>(limit));
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return records;
    records.push_back({kPartition, rows->integer(0), rows->integer(1), std::string(rows->text(2)),
                       std::string(rows->blob(3)), unpack_headers(rows->blob(4))});
  }
}

Result<> store_commit(Database& database, std::string_view group, std::int64_t next) {
  {
    auto row = database.cached(
        "INSERT INTO journal_groups (name, next_offset) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)");
    row->bind(1, group).bind(2, next);
    COUPON_TRY(row->run());
  }
  auto trim = database.cached("DELETE FROM journal WHERE offset < (SELECT min(next_offset) FROM journal_groups)");
  return trim->run();
}

}  // namespace

SqliteJournal::SqliteJournal(net::sql::GroupCommit& store, const base::Clock& clock, base::Executor& executor)
    : store_(store), clock_(clock), executor_(executor) {}

void SqliteJournal::append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) {
  const auto count = records.size();
  store_.submit(
      Kind::kWrite,
      [records = std::move(records), this](Database& db) { return insert_all(db, records, clock_.wall_ms()); },
      [this, count, done = std::move(done)](Result<> outcome) mutable {
        Result<std::vector<bool>> result = std::vector<bool>(count, true);
        if (!outcome) result = std::unexpected(std::move(outcome.error()));
        executor_.post([result = std::move(result), done = std::move(done)]() mutable { done(std::move(result)); });
      });
}

SqliteJournalReader::SqliteJournalReader(net::sql::GroupCommit& store, std::string group)
    : store_(store), group_(std::move(group)) {}

Result<std::vector<ConsumedRecord>> SqliteJournalReader::poll(std::size_t limit, std::int64_t wait_ms) {
  if (held_) {  // there is no other partition to go on with
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    return std::vector<ConsumedRecord>();
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  for (std::int64_t pause_ms = kPauseMs;; pause_ms = std::min(pause_ms * 2, kPauseMaxMs)) {
    std::vector<ConsumedRecord> records;
    auto from = position_;
    // The first poll is a write: from then on the group holds back the trimming.
    COUPON_TRY(store_.run(from < 0 ? Kind::kWrite : Kind::kRead, [&](Database& db) -> Result<> {
      if (from < 0) {
        const auto joined = join(db, group_);
        if (!joined) return std::unexpected(joined.error());
        from = *joined;
      }
      auto found = read_from(db, from, limit);
      if (!found) return std::unexpected(found.error());
      records = std::move(*found);
      return {};
    }));
    position_ = records.empty() ? from : records.back().offset + 1;
    const auto now = std::chrono::steady_clock::now();
    if (!records.empty() || now >= until) return records;
    std::this_thread::sleep_for(
        std::min<std::chrono::steady_clock::duration>(std::chrono::milliseconds(pause_ms), until - now));
  }
}

Result<> SqliteJournalReader::commit(const Positions& next) {
  const auto it = next.find(kPartition);
  if (it == next.end()) return {};
  return store_.run(Kind::kPatient,
                    [this, offset = it->second](Database& db) { return store_commit(db, group_, offset); });
}

Result<> SqliteJournalReader::rewind() {
  position_ = -1;
  held_ = false;
  return {};
}

Result<> SqliteJournalReader::hold(std::int32_t /*partition*/) {
  held_ = true;
  return {};
}

Result<Positions> SqliteJournalReader::end() {
  std::int64_t offset = 0;
  COUPON_TRY(store_.run(Kind::kRead, [&](Database& db) -> Result<> {
    const auto found = end_offset(db);
    if (!found) return std::unexpected(found.error());
    offset = *found;
    return {};
  }));
  return Positions{{kPartition, offset}};
}

Result<Positions> SqliteJournalReader::committed() {
  std::int64_t offset = 0;
  COUPON_TRY(store_.run(Kind::kRead, [&](Database& db) -> Result<> {
    const auto found = committed_offset(db, group_);
    if (!found) return std::unexpected(found.error());
    offset = *found;
    return {};
  }));
  return Positions{{kPartition, offset}};
}

}  // namespace coupon::journal
