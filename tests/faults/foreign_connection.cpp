#include "faults/foreign_connection.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <sqlite3.h>
#include <thread>

namespace coupon::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(30);
constexpr auto kPause = std::chrono::microseconds(200);  // SQLite's own, up to 100 ms, never meets the gap between two
                                                         // transactions of programs that write all the time

int on_busy(void* since, int count) {
  auto& start = *static_cast<Clock::time_point*>(since);
  if (count == 0) start = Clock::now();
  if (Clock::now() - start > kPatience) return 0;
  std::this_thread::sleep_for(kPause);
  return 1;
}

using Prepared = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

std::vector<std::string> row_of(sqlite3_stmt* statement) {
  std::vector<std::string> row;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
    row.emplace_back(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
  }
  return row;
}

}  // namespace

ForeignConnection::ForeignConnection(const std::string& path) {
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << path;
  sqlite3_busy_handler(handle_, &on_busy, &busy_since_);
}

ForeignConnection::~ForeignConnection() { EXPECT_EQ(sqlite3_close(handle_), SQLITE_OK) << sqlite3_errmsg(handle_); }

ForeignConnection::Rows ForeignConnection::run(const std::string& sql) {
  Rows rows;
  for (const char* rest = sql.c_str(); *rest != '\0';) {
    sqlite3_stmt* raw = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(handle_, rest, -1, &raw, &rest), SQLITE_OK) << sqlite3_errmsg(handle_) << ": " << sql;
    const Prepared statement(raw, &sqlite3_finalize);
    if (!statement) return rows;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(raw)) == SQLITE_ROW) rows.push_back(row_of(raw));
    EXPECT_EQ(code, SQLITE_DONE) << sqlite3_errmsg(handle_) << ": " << sql;
  }
  return rows;
}

std::int64_t ForeignConnection::number(const std::string& sql) {
  const auto rows = run(sql);
  return rows.empty() ? 0 : std::strtoll(rows.at(0).at(0).c_str(), nullptr, 10);
}

void ForeignConnection::back_up(const std::string& to) {
  sqlite3* copy = nullptr;
  ASSERT_EQ(sqlite3_open(to.c_str(), &copy), SQLITE_OK) << to;
  auto* const backup = sqlite3_backup_init(copy, "main", handle_, "main");
  int code = SQLITE_NOMEM;
  if (backup != nullptr) {
    do code = sqlite3_backup_step(backup, -1);
    while (code == SQLITE_BUSY || code == SQLITE_LOCKED);
    sqlite3_backup_finish(backup);
  }
  EXPECT_EQ(code, SQLITE_DONE) << sqlite3_errmsg(copy);
  EXPECT_EQ(sqlite3_close(copy), SQLITE_OK);
}

}  // namespace coupon::test
