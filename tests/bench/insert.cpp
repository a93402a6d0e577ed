// The yardstick for couponworker: how fast a bare loop fills the ledger's table through the same connector, with one
// prepared multi-row insert a transaction.
//   bench_insert PORT DATABASE BATCH ROWS      prints rows a second

#include <charconv>
#include <chrono>
#include <cppconn/prepared_statement.h>
#include <cppconn/statement.h>
#include <exception>
#include <fmt/core.h>
#include <memory>
#include <mysql_connection.h>
#include <mysql_driver.h>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace {

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
    throw std::invalid_argument("usage: bench_insert PORT DATABASE BATCH ROWS");
  }
  return value;
}

double rows_per_second(std::int64_t port, const std::string& database, std::int64_t batch, std::int64_t rows) {
  const std::unique_ptr<sql::Connection> connection(
      sql::mysql::get_driver_instance()->connect(fmt::format("tcp://127.0.0.1:{}", port), "root", ""));
  connection->setSchema(database);
  const std::unique_ptr<sql::Statement> plain(connection->createStatement());
  std::string text = "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state) VALUES ";
  for (std::int64_t i = 0; i < batch; ++i) text += i == 0 ? "(?,?,?,?,?,?,'ISSUED')" : ",(?,?,?,?,?,?,'ISSUED')";
  const std::unique_ptr<sql::PreparedStatement> insert(connection->prepareStatement(text));
  const coupon::base::SystemClock clock;
  coupon::base::UlidGenerator ids(clock);
  const auto start = std::chrono::steady_clock::now();
  std::int64_t done = 0;
  for (; done + batch <= rows; done += batch) {
    plain->execute("START TRANSACTION");
    unsigned at = 0;
    for (std::int64_t i = done; i < done + batch; ++i) {
      const auto id = ids.next();
      insert->setString(++at, sql::SQLString(id.view().data(), id.view().size()));
      insert->setString(++at, "ISSUING");
      insert->setString(++at, fmt::format("i1-{}", i));
      insert->setInt64(++at, i + 1);
      insert->setInt64(++at, clock.wall_ms());
      insert->setUInt(++at, 1);
    }
    insert->executeUpdate();
    plain->execute("COMMIT");
  }
  return static_cast<double>(done) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) throw std::invalid_argument("usage: bench_insert PORT DATABASE BATCH ROWS");
    fmt::print("{:.0f}\n", rows_per_second(number_of(argv[1]), argv[2], number_of(argv[3]), number_of(argv[4])));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_insert: {}\n", error.what());
    return 1;
  }
}
