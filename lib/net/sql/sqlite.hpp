#pragma once
// SQLite with errors as values. One Database belongs to one thread at a time; nothing here locks.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace coupon::net::sql {

/// A prepared statement. Parameters and columns count from 1 and 0, as in SQLite. Bound text must live until the next
/// reset. Destroying or resetting it ends its read.
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql, bool persistent);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  /// True: a row is there; false: done. A bind or prepare that failed is reported here.
  [[nodiscard]] base::Result<bool> step();
  /// Runs to the end and resets: for statements without rows.
  [[nodiscard]] base::Result<> run();
  void reset();
  [[nodiscard]] bool prepared() const { return statement_ != nullptr; }

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  ///< valid until the next step or reset
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] bool null(int column) const;

 private:
  void note(int code);
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  int error_ = 0;
};

/// Resets a cached statement when the scope that used it ends.
class StatementUse {
 public:
  explicit StatementUse(Statement& statement) : statement_(&statement) { statement.reset(); }
  ~StatementUse() { statement_->reset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;
  Statement* operator->() const { return statement_; }

 private:
  Statement* statement_;
};

struct SqliteConfig {
  std::string path;
  bool read_only = false;
  bool create = true;
  std::int64_t busy_timeout_ms = 5'000;  ///< how long to wait for another process's transaction
  std::int64_t cache_kib = 16 * 1024;
};

class Database {
 public:
  /// Opens with foreign keys on, synchronous=FULL, and the journal mode that this library version keeps safe (see
  /// journal_mode). Fails with a remedy when the file is missing, not a database, corrupt, or not permitted.
  [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(const SqliteConfig& config);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Several statements without parameters or results.
  [[nodiscard]] base::Result<> execute(const std::string& sql);
  /// A statement prepared once and kept. `sql` must be a literal: it is the key.
  [[nodiscard]] StatementUse cached(std::string_view sql);
  [[nodiscard]] std::unique_ptr<Statement> prepare(std::string_view sql);
  [[nodiscard]] std::int64_t changes() const;  ///< rows changed by the last statement
  [[nodiscard]] std::int64_t last_row_id() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Database(sqlite3* handle, std::string path, std::int64_t busy_timeout_ms);
  static int on_busy(void* self, int count);

  sqlite3* handle_;
  std::string path_;
  std::int64_t busy_timeout_ms_;
  std::int64_t busy_since_ns_ = 0;
  std::unordered_map<std::string_view, std::unique_ptr<Statement>> cache_;
};

/// "wal" where the library is free of the WAL-reset corruption (3.51.3, or its backports 3.50.7 and 3.44.6; see
/// sqlite.org/wal.html), otherwise "persist": a rollback journal that keeps its blocks, so that a commit changes no
/// file metadata (measured: a third of the time of "truncate" on ext4).
[[nodiscard]] std::string_view journal_mode(int library_version);

}  // namespace coupon::net::sql
