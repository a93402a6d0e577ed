#include "net/sql/sqlite.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <sqlite3.h>
#include <thread>
#include <utility>

#include "base/clock.hpp"

namespace coupon::net::sql {

using base::Errc;
using base::fail;
using base::fail_retryable;
using base::Result;

namespace {

// A rollback journal longer than this shrinks to it after its transaction.
constexpr std::int64_t kJournalBytesKept = 16 * 1024 * 1024;

std::unexpected<base::Error> to_error(int code, std::string_view detail) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return fail_retryable(Errc::kBusy, fmt::format("the store is locked by another process ({})", detail));
    case SQLITE_FULL:
      return fail_retryable(Errc::kIo, fmt::format("no space left for the store: free some disk space ({})", detail));
    case SQLITE_IOERR: return fail_retryable(Errc::kIo, fmt::format("disk error on the store ({})", detail));
    case SQLITE_READONLY:
      return fail(Errc::kIo,
                  fmt::format("the store is read-only: check permissions of the file and its folder ({})", detail));
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return fail(Errc::kIo,
                  fmt::format("cannot open the store: check that the folder exists and is writable ({})", detail));
    case SQLITE_CORRUPT:
      return fail(Errc::kCorrupt, fmt::format("the store is corrupt: restore a backup ({})", detail));
    case SQLITE_NOTADB: return fail(Errc::kCorrupt, fmt::format("the file is not a coupon store ({})", detail));
    case SQLITE_TOOBIG: return fail(Errc::kInvalid, fmt::format("a value is too big for the store ({})", detail));
    case SQLITE_CONSTRAINT: return fail(Errc::kConflict, fmt::format("constraint failed ({})", detail));
    case SQLITE_NOMEM: return fail_retryable(Errc::kBusy, "out of memory");
    default: return fail(Errc::kInternal, fmt::format("SQLite error {} ({})", code, detail));
  }
}

// A null pointer would bind NULL: an empty text or blob needs an address.
const char* address_of(std::string_view bytes) { return bytes.empty() ? "" : bytes.data(); }

std::unexpected<base::Error> last_error(sqlite3* database) {
  return to_error(sqlite3_extended_errcode(database), sqlite3_errmsg(database));
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql, bool persistent) : database_(database) {
  error_ = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                              persistent ? SQLITE_PREPARE_PERSISTENT : 0, &statement_, nullptr);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::note(int code) {
  if (error_ == SQLITE_OK) error_ = code;
}

Statement& Statement::bind(int index, std::int64_t value) {
  if (statement_ != nullptr) note(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  if (statement_ != nullptr) {
    note(sqlite3_bind_text64(statement_, index, address_of(text), text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  if (statement_ != nullptr) {
    note(sqlite3_bind_blob64(statement_, index, address_of(bytes), bytes.size(), SQLITE_STATIC));
  }
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (statement_ != nullptr) note(sqlite3_bind_null(statement_, index));
  return *this;
}

Result<bool> Statement::step() {
  if (error_ != SQLITE_OK) {
    const int code = error_;
    if (statement_ != nullptr) error_ = SQLITE_OK;
    return to_error(code, sqlite3_errmsg(database_));
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return last_error(database_);
}

Result<> Statement::run() {
  for (;;) {
    const auto more = step();
    if (!more) {
      auto error = more.error();
      reset();
      return std::unexpected(std::move(error));
    }
    if (!*more) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  // The code that reset returns repeats the error of the last step, which step reported.
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view journal_mode(int library_version) {
  const bool fixed = library_version >= 3'051'003 || (library_version >= 3'050'007 && library_version < 3'051'000) ||
                     (library_version >= 3'044'006 && library_version < 3'045'000);
  return fixed ? "wal" : "persist";
}

Database::Database(sqlite3* handle, std::string path, std::int64_t busy_timeout_ms)
    : handle_(handle), path_(std::move(path)), busy_timeout_ms_(busy_timeout_ms) {}

Database::~Database() {
  cache_.clear();
  sqlite3_close_v2(handle_);
}

// SQLite's own handler sleeps up to 100 ms; another process that commits all the time leaves gaps of microseconds.
int Database::on_busy(void* self, int count) {
  auto& database = *static_cast<Database*>(self);
  const auto now = base::SystemClock{}.mono_ns();
  if (count == 0) database.busy_since_ns_ = now;
  if (now - database.busy_since_ns_ >= database.busy_timeout_ms_ * 1'000'000) return 0;
  std::this_thread::sleep_for(std::chrono::microseconds(100 + (now % 7) * 50));
  return 1;
}

Result<std::unique_ptr<Database>> Database::open(const SqliteConfig& config) {
  int flags = config.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (config.create && !config.read_only) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(config.path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  auto database = std::unique_ptr<Database>(new Database(handle, config.path, config.busy_timeout_ms));
  if (code != SQLITE_OK) {
    const std::string_view detail = handle != nullptr ? sqlite3_errmsg(handle) : "out of memory";
    return std::unexpected(to_error(code, detail).error().in(config.path));
  }
  sqlite3_busy_handler(handle, &Database::on_busy, database.get());
  const auto pragmas = fmt::format(
      "PRAGMA journal_mode={}; PRAGMA journal_size_limit={}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA "
      "cache_size=-{};"
      "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;",
      journal_mode(sqlite3_libversion_number()), kJournalBytesKept, config.cache_kib);
  if (const auto done = database->execute(pragmas); !done) return std::unexpected(done.error().in(config.path));
  return database;
}

Result<> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return last_error(handle_);
  return {};
}

StatementUse Database::cached(std::string_view sql) {
  auto& slot = cache_[sql];
  // One that could not be prepared (a lock, no memory, a table still missing) is tried again.
  if (!slot || !slot->prepared()) slot = std::make_unique<Statement>(handle_, sql, true);
  return StatementUse(*slot);
}

std::unique_ptr<Statement> Database::prepare(std::string_view sql) {
  return std::make_unique<Statement>(handle_, sql, false);
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }
std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(handle_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace coupon::net::sql
