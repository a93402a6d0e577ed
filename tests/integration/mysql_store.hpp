#pragma once
// A ledger's database of its own on the shared server.

#include <cstdint>
#include <memory>
#include <string>

#include "net/sql/mysql.hpp"
#include "support/stack.hpp"

namespace coupon::test {

/// An empty database on a server, dropped at the end. Failures throw.
class MysqlStore {
 public:
  /// On the shared server, with the ledger's schema unless `migrated` is false.
  explicit MysqlStore(bool migrated = true);
  /// On the server at `port`.
  MysqlStore(std::uint16_t port, bool migrated);
  ~MysqlStore();
  MysqlStore(const MysqlStore&) = delete;
  MysqlStore& operator=(const MysqlStore&) = delete;

  [[nodiscard]] const net::sql::MysqlConfig& config() const { return config_; }
  /// Runs one statement on a connection of its own, behind the ledger's back. Answers how many rows it changed.
  std::int64_t meddle(const std::string& sql) const;
  /// The first column of the first row.
  [[nodiscard]] std::int64_t number(const std::string& sql) const;
  [[nodiscard]] std::unique_ptr<net::sql::MysqlSession> session() const;

 private:
  net::sql::MysqlConfig config_;
};

}  // namespace coupon::test
