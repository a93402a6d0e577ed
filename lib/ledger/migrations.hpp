#pragma once
// Numbered, forward-only schema changes, compiled in from sql/.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/sql/mysql.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::ledger {

struct Migration {
  int number = 0;
  std::string name;
  std::string sql;
};

[[nodiscard]] const std::vector<Migration>& sqlite_migrations();
[[nodiscard]] const std::vector<Migration>& mysql_migrations();

struct MigrationStatus {
  int number = 0;
  std::string name;
  std::int64_t applied_ms = 0;  ///< 0: not yet
};

/// What this program knows and what the store has. kUnsupported when the store was made by a newer program.
[[nodiscard]] base::Result<std::vector<MigrationStatus>> migration_status(net::sql::Database& database);
[[nodiscard]] base::Result<std::vector<MigrationStatus>> migration_status(const net::sql::MysqlConfig& config);

/// Applies what is missing, all in one transaction; safe when several processes do it at once. Answers how
/// many it applied.
[[nodiscard]] base::Result<int> migrate(net::sql::Database& database);
/// The same on a server, where definitions commit one by one: each script is recorded once it is done, and every
/// statement can be repeated, so that the next call mends a crash. Processes wait for each other up to a minute (kBusy,
/// retryable, after that); a statement may take ten.
[[nodiscard]] base::Result<int> migrate(const net::sql::MysqlConfig& config);
/// Fails, with the remedy, unless the server has exactly the schema that this program knows. Changes nothing.
[[nodiscard]] base::Result<> require_schema(const net::sql::MysqlConfig& config);

}  // namespace coupon::ledger
