#pragma once
// Numbered, forward-only schema changes, compiled in from sql/.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::ledger {

struct Migration {
  int number = 0;
  std::string name;
  std::string sql;
};

[[nodiscard]] const std::vector<Migration>& sqlite_migrations();

struct MigrationStatus {
  int number = 0;
  std::string name;
  std::int64_t applied_ms = 0;  ///< 0: not yet
};

/// What this program knows and what the store has. kUnsupported when the store was made by a newer program.
[[nodiscard]] base::Result<std::vector<MigrationStatus>> migration_status(net::sql::Database& database);
/// Applies what is missing, all in one transaction; safe when several processes do it at once. Answers how
/// many it applied.
[[nodiscard]] base::Result<int> migrate(net::sql::Database& database);

}  // namespace coupon::ledger
