#include "integration/mysql_store.hpp"

#include <fmt/core.h>
#include <stdexcept>

#include "base/log.hpp"
#include "ledger/migrations.hpp"

namespace coupon::test {

namespace {

std::unique_ptr<net::sql::MysqlSession> open(const net::sql::MysqlConfig& config) {
  auto session = net::sql::MysqlSession::open(config);
  if (!session) throw std::runtime_error(session.error().message);
  return std::move(*session);
}

std::int64_t run(net::sql::MysqlSession& session, const std::string& sql) {
  const auto changed = session.execute(sql);
  if (!changed) throw std::runtime_error(sql + ": " + changed.error().message);
  return *changed;
}

}  // namespace

MysqlStore::MysqlStore(bool migrated) : MysqlStore(shared_stack().up("mysql"), migrated) {}

MysqlStore::MysqlStore(std::uint16_t port, bool migrated) {
  config_.port = port;
  auto name = unique_word();
  run(*open(config_), "CREATE DATABASE " + name);
  config_.database = std::move(name);
  if (!migrated) return;
  if (const auto done = ledger::migrate(config_); !done) throw std::runtime_error(done.error().message);
}

MysqlStore::~MysqlStore() {
  auto anywhere = config_;
  anywhere.database.clear();
  const auto session = net::sql::MysqlSession::open(anywhere);
  if (session && (*session)->execute("DROP DATABASE " + config_.database)) return;
  base::log::warn("database {} was left behind", config_.database);
}

std::unique_ptr<net::sql::MysqlSession> MysqlStore::session() const { return open(config_); }

std::int64_t MysqlStore::meddle(const std::string& sql) const { return run(*session(), sql); }

std::int64_t MysqlStore::number(const std::string& sql) const {
  std::int64_t value = 0;
  const auto done = session()->query(sql, [&value](const net::sql::MysqlRow& row) -> base::Result<> {
    value = row.integer(0);
    return {};
  });
  if (!done) throw std::runtime_error(sql + ": " + done.error().message);
  return value;
}

}  // namespace coupon::test
