#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>

#include "base/clock.hpp"
#include "ledger/migrations.hpp"

namespace coupon::ledger {

using base::Errc;
using base::Result;
using net::sql::MysqlConfig;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::SqlText;

namespace {

// A change of a big table takes its time.
constexpr std::int64_t kStatementMs = 600'000;
constexpr int kLockTries = 60;  // of a second each
// Names of locks are the server's, not the database's, and have 64 characters at most.
constexpr std::string_view kLockName = "CONCAT('coupon_migrate_', MD5(DATABASE()))";

Result<std::unique_ptr<MysqlSession>> open(MysqlConfig config) {
  if (config.database.empty()) return base::fail(Errc::kInvalid, "the ledger's URL names no database");
  config.read_timeout_ms = kStatementMs;
  return MysqlSession::open(config);
}

Result<> run(MysqlSession& session, const std::string& sql) {
  const auto done = session.execute(sql);
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<std::int64_t> number(MysqlSession& session, const std::string& sql) {
  std::int64_t value = 0;
  const auto done = session.query(sql, [&value](const MysqlRow& row) -> Result<> {
    value = row.integer(0);
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return value;
}

Result<std::map<int, std::int64_t>> applied(MysqlSession& session) {
  const auto tables = number(session,
                             "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
                             " AND table_name = 'schema_migrations'");
  if (!tables) return std::unexpected(tables.error());
  std::map<int, std::int64_t> done;
  if (*tables == 0) return done;
  const auto read =
      session.query("SELECT number, applied_ms FROM schema_migrations", [&done](const MysqlRow& row) -> Result<> {
        done.emplace(static_cast<int>(row.integer(0)), row.integer(1));
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return done;
}

Result<> check_not_newer(const std::map<int, std::int64_t>& done) {
  const int known = mysql_migrations().empty() ? 0 : mysql_migrations().back().number;
  if (!done.empty() && done.rbegin()->first > known) {
    return base::fail(Errc::kUnsupported,
                      fmt::format("the ledger has schema {}, this program knows {}: use a newer program",
                                  done.rbegin()->first, known));
  }
  return {};
}

Result<std::vector<MigrationStatus>> status_of(MysqlSession& session) {
  const auto done = applied(session);
  if (!done) return std::unexpected(done.error());
  COUPON_TRY(check_not_newer(*done));
  std::vector<MigrationStatus> status;
  for (const auto& script : mysql_migrations()) {
    const auto it = done->find(script.number);
    status.push_back({script.number, script.name, it == done->end() ? 0 : it->second});
  }
  return status;
}

bool complete(const std::vector<MigrationStatus>& status) {
  return std::ranges::all_of(status, [](const MigrationStatus& one) { return one.applied_ms != 0; });
}

// Held until the session ends, however it ends.
Result<> lock_out_others(MysqlSession& session) {
  for (int tries = 0; tries < kLockTries; ++tries) {
    const auto mine = number(session, fmt::format("SELECT GET_LOCK({}, 1)", kLockName));
    if (!mine) return std::unexpected(mine.error());
    if (*mine == 1) return {};
  }
  return base::fail_retryable(Errc::kBusy, "another process is changing the ledger's schema");
}

Result<> apply(MysqlSession& session, const Migration& script) {
  for (const auto& statement : net::sql::split_script(script.sql)) COUPON_TRY(run(session, statement));
  return run(session,
             net::sql::sql_text("INSERT INTO schema_migrations (number, name, applied_ms) VALUES (?, ?, ?)",
                                {std::int64_t{script.number}, SqlText{script.name}, base::SystemClock{}.wall_ms()}));
}

Result<int> apply_missing(MysqlSession& session) {
  COUPON_TRY(lock_out_others(session));
  COUPON_TRY(
      run(session,
          "CREATE TABLE IF NOT EXISTS schema_migrations (number INT NOT NULL PRIMARY KEY,"
          " name VARCHAR(200) NOT NULL, applied_ms BIGINT NOT NULL) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4"));
  const auto done = applied(session);
  if (!done) return std::unexpected(done.error());
  COUPON_TRY(check_not_newer(*done));
  int count = 0;
  for (const auto& script : mysql_migrations()) {
    if (done->contains(script.number)) continue;
    if (const auto ran = apply(session, script); !ran) return std::unexpected(ran.error().in(script.name));
    ++count;
  }
  return count;
}

}  // namespace

Result<std::vector<MigrationStatus>> migration_status(const MysqlConfig& config) {
  const auto session = open(config);
  if (!session) return std::unexpected(session.error());
  return status_of(**session);
}

Result<int> migrate(const MysqlConfig& config) {
  const auto session = open(config);
  if (!session) return std::unexpected(session.error());
  // A look first: an account without the right to change the schema may use one that is up to date.
  const auto status = status_of(**session);
  if (!status) return std::unexpected(status.error());
  return complete(*status) ? Result<int>(0) : apply_missing(**session);
}

Result<> require_schema(const MysqlConfig& config) {
  const auto status = migration_status(config);
  if (!status) return std::unexpected(status.error());
  if (complete(*status)) return {};
  return base::fail(Errc::kUnavailable,
                    fmt::format("the schema of database {} is missing or old: run couponctl migrate", config.database));
}

}  // namespace coupon::ledger
