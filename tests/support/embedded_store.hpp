#pragma once
// The embedded store for tests: a file with the schema in a folder of its own, a clock that the test moves, and asks.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "net/sql/group_commit.hpp"
#include "net/sql/sqlite.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

/// Stands until it is moved. Thread-safe.
class ManualClock final : public base::Clock {
 public:
  static constexpr std::int64_t kStartMs = 1'800'000'000'000;

  [[nodiscard]] std::int64_t wall_ms() const override { return now_ms_; }
  [[nodiscard]] std::int64_t mono_ns() const override { return now_ms_ * 1'000'000; }
  void move(std::int64_t by_ms) { now_ms_ += by_ms; }

 private:
  std::atomic<std::int64_t> now_ms_ = kStartMs;
};

/// One store file, brought up to date. Every group, and every database, is a connection of its own, as of another
/// process. Failures end the test.
class EmbeddedStore {
 public:
  EmbeddedStore();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] base::Metrics& metrics() { return metrics_; }
  [[nodiscard]] std::unique_ptr<net::sql::Database> database() const;
  [[nodiscard]] std::unique_ptr<net::sql::GroupCommit> group(net::sql::GroupCommitConfig config = {});
  /// Runs statements on a connection of its own, behind the engines' backs.
  void meddle(const std::string& sql) const;
  /// The first column of the first row.
  [[nodiscard]] std::int64_t number(const std::string& sql) const;

 private:
  TempFolder folder_;
  std::string path_ = folder_.file("coupon.db");
  base::Metrics metrics_;
};

/// Opens a file as the programs do; ends the test when it cannot.
[[nodiscard]] std::unique_ptr<net::sql::Database> open_database(const std::string& path);

}  // namespace coupon::test
