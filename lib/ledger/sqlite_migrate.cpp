#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/clock.hpp"
#include "ledger/migrations.hpp"

namespace coupon::ledger {

using base::Errc;
using base::Result;
using net::sql::Database;

namespace {

Result<bool> has_table(Database& database) {
  auto row = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'");
  return row->step();
}

Result<std::map<int, std::int64_t>> applied(Database& database) {
  std::map<int, std::int64_t> done;
  const auto there = has_table(database);
  if (!there) return std::unexpected(there.error());
  if (!*there) return done;
  auto rows = database.prepare("SELECT number, applied_ms FROM schema_migrations");
  for (;;) {
    const auto more = rows->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return done;
    done.emplace(static_cast<int>(rows->integer(0)), rows->integer(1));
  }
}

Result<> check_not_newer(const std::map<int, std::int64_t>& done) {
  const int known = sqlite_migrations().empty() ? 0 : sqlite_migrations().back().number;
  if (!done.empty() && done.rbegin()->first > known) {
    return base::fail(Errc::kUnsupported,
                      fmt::format("the store has schema {}, this program knows {}: use a newer program",
                                  done.rbegin()->first, known));
  }
  return {};
}

Result<> apply_missing(Database& database, int& count) {
  COUPON_TRY(
      database.execute("CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                       " applied_ms INTEGER NOT NULL) STRICT"));
  const auto done = applied(database);
  if (!done) return std::unexpected(done.error());
  COUPON_TRY(check_not_newer(*done));
  for (const auto& script : sqlite_migrations()) {
    if (done->contains(script.number)) continue;
    if (const auto ran = database.execute(script.sql); !ran) return std::unexpected(ran.error().in(script.name));
    auto row = database.prepare("INSERT INTO schema_migrations (number, name, applied_ms) VALUES (?1, ?2, ?3)");
    row->bind(1, std::int64_t{script.number}).bind(2, script.name).bind(3, base::SystemClock{}.wall_ms());
    COUPON_TRY(row->run());
    ++count;
  }
  return {};
}

}  // namespace

Result<std::vector<MigrationStatus>> migration_status(Database& database) {
  const auto done = applied(database);
  if (!done) return std::unexpected(done.error());
  COUPON_TRY(check_not_newer(*done));
  std::vector<MigrationStatus> status;
  for (const auto& script : sqlite_migrations()) {
    const auto it = done->find(script.number);
    status.push_back({script.number, script.name, it == done->end() ? 0 : it->second});
  }
  return status;
}

Result<int> migrate(Database& database) {
  // A look first: a store that is up to date needs no write lock.
  const auto status = migration_status(database);
  if (!status) return std::unexpected(status.error());
  if (std::ranges::all_of(*status, [](const MigrationStatus& one) { return one.applied_ms != 0; })) return 0;
  COUPON_TRY(database.execute("BEGIN IMMEDIATE"));
  int count = 0;
  auto outcome = apply_missing(database, count);
  if (outcome) outcome = database.execute("COMMIT");
  if (!outcome) {
    auto error = outcome.error();
    if (database.in_transaction()) {
      if (const auto undone = database.execute("ROLLBACK"); !undone) error.message += "; " + undone.error().message;
    }
    return std::unexpected(std::move(error));
  }
  return count;
}

}  // namespace coupon::ledger
