#include "support/embedded_store.hpp"

#include <stdexcept>
#include <utility>

#include "ledger/migrations.hpp"

namespace coupon::test {

namespace {

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

std::unique_ptr<net::sql::Database> open_database(const std::string& path) {
  net::sql::SqliteConfig config;
  config.path = path;
  return must(net::sql::Database::open(config));
}

EmbeddedStore::EmbeddedStore() { must(ledger::migrate(*database())); }

std::unique_ptr<net::sql::Database> EmbeddedStore::database() const { return open_database(path_); }

std::unique_ptr<net::sql::GroupCommit> EmbeddedStore::group(net::sql::GroupCommitConfig config) {
  return std::make_unique<net::sql::GroupCommit>(database(), config, metrics_);
}

void EmbeddedStore::meddle(const std::string& sql) const { must(database()->execute(sql)); }

std::int64_t EmbeddedStore::number(const std::string& sql) const {
  const auto connection = database();
  const auto row = connection->prepare(sql);
  if (!must(row->step())) throw std::runtime_error("no row: " + sql);
  return row->integer(0);
}

}  // namespace coupon::test
