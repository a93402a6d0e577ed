#pragma once
// Another process's hand on the store: SQLite itself, and nothing of ours.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

struct sqlite3;

namespace coupon::test {

/// The test fails where a statement does.
class ForeignConnection {
 public:
  /// Waits up to 30 s for the locks of others.
  explicit ForeignConnection(const std::string& path);
  ~ForeignConnection();
  ForeignConnection(const ForeignConnection&) = delete;
  ForeignConnection& operator=(const ForeignConnection&) = delete;

  using Rows = std::vector<std::vector<std::string>>;
  /// Statements, and the rows of the last one that has any; blobs as they are.
  Rows run(const std::string& sql);
  /// The first column of the first row.
  [[nodiscard]] std::int64_t number(const std::string& sql);
  /// As `sqlite3 FILE ".backup TO"` does.
  void back_up(const std::string& to);

 private:
  sqlite3* handle_ = nullptr;
  std::chrono::steady_clock::time_point busy_since_;
};

}  // namespace coupon::test
