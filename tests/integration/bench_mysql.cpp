// What the ledger over MySQL makes of the server's speed: rows a second of persist, in batches of 1,000, beside a bare
// loop that inserts the same rows with one prepared statement through the same connector.
//   bench_mysql [ROWS]
// On the shared server of the build, in a database of its own. Read the ratio, not the figures.

#include <chrono>
#include <cppconn/prepared_statement.h>
#include <fmt/core.h>
#include <memory>
#include <mysql_connection.h>
#include <mysql_driver.h>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "integration/mysql_store.hpp"
#include "ledger/mysql_ledger.hpp"

namespace {

namespace base = coupon::base;
using coupon::PersistItem;

constexpr std::size_t kBatch = 1'000;
constexpr int kRounds = 3;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Work>
double seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return seconds_since(start);
}

std::vector<std::vector<PersistItem>> make_batches(const std::string& name, std::size_t rows,
                                                   base::UlidGenerator& ids) {
  const auto code = *coupon::CouponCode::parse(name);
  std::vector<std::vector<PersistItem>> batches(rows / kBatch);
  std::int64_t number = 0;
  for (auto& batch : batches) {
    for (std::size_t i = 0; i < kBatch; ++i, ++number) {
      // Members do not come in order.
      const auto member = *coupon::MemberId::parse(fmt::format("member-{}", number * 7'919 % 1'000'003));
      const coupon::GrantEvent event{code, member, ids.next(), number + 1, 1'800'000'000'000 + number, 1};
      auto record = encode(event);
      batch.push_back({event, {0, number, 1, std::move(record.key), std::move(record.value), {}}});
    }
  }
  return batches;
}

class BareLoop {
 public:
  explicit BareLoop(const coupon::net::sql::MysqlConfig& config)
      : connection_(::sql::mysql::get_driver_instance()->connect(fmt::format("tcp://{}:{}", config.host, config.port),
                                                                 config.user, config.password)) {
    connection_->setSchema(config.database);
    plain_.reset(connection_->createStatement());
    std::string text = "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state) VALUES ";
    for (std::size_t i = 0; i < kBatch; ++i) text += i == 0 ? "(?,?,?,?,?,?,'ISSUED')" : ",(?,?,?,?,?,?,'ISSUED')";
    insert_.reset(connection_->prepareStatement(text));
  }

  void insert(const std::vector<PersistItem>& batch) {
    plain_->execute("START TRANSACTION");
    unsigned at = 0;
    for (const auto& [event, record] : batch) {
      insert_->setString(++at, ::sql::SQLString(reinterpret_cast<const char*>(event.id.bytes.data()), 16));
      insert_->setString(++at, event.code.text());
      insert_->setString(++at, event.member.text());
      insert_->setInt64(++at, event.rank);
      insert_->setInt64(++at, event.issued_ms);
      insert_->setUInt(++at, event.epoch);
    }
    insert_->executeUpdate();
    plain_->execute("COMMIT");
  }

 private:
  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::Statement> plain_;
  std::unique_ptr<::sql::PreparedStatement> insert_;
};

void persist(coupon::Ledger& ledger, const std::vector<PersistItem>& batch, coupon::PersistOutcome expected) {
  const auto outcomes = ledger.persist(batch, {});
  if (!outcomes) throw std::runtime_error(outcomes.error().message);
  for (const auto outcome : *outcomes) {
    if (outcome != expected) throw std::runtime_error("an outcome that nobody expects");
  }
}

void print_reads(coupon::Ledger& ledger, const coupon::CouponCode& code) {
  auto start = std::chrono::steady_clock::now();
  const auto counts = ledger.counts(code);
  const auto counted = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const auto snapshot = ledger.snapshot(code);
  if (!counts || !snapshot) throw std::runtime_error("not read");
  fmt::print("counts {:.1f} ms, snapshot {:.1f} ms of {} rows\n", counted * 1e3, seconds_since(start) * 1e3,
             snapshot->held.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rows = argc > 1 ? std::stoul(argv[1]) : 100'000;
  const base::SystemClock clock;
  base::UlidGenerator ids(clock);
  for (int round = 0; round < kRounds; ++round) {
    const coupon::test::MysqlStore other;
    const coupon::test::MysqlStore store;
    coupon::net::sql::MysqlPool pool(store.config());
    coupon::ledger::MysqlLedger ledger(pool, clock);
    const auto code = *coupon::CouponCode::parse("BENCH");
    if (!ledger.create({code, "bench", 1'000'000, coupon::CouponState::kOpen, {}, 1, 1, 0})) return 1;
    const auto batches = make_batches("BENCH", rows, ids);
    BareLoop loop(other.config());
    double bare = 0;
    double stored = 0;
    double copied = 0;
    // In turns, so that what else the machine does strikes all alike.
    for (const auto& batch : batches) {
      bare += seconds([&] { loop.insert(batch); });
      stored += seconds([&] { persist(ledger, batch, coupon::PersistOutcome::kInserted); });
      copied += seconds([&] { persist(ledger, batch, coupon::PersistOutcome::kPresent); });
    }
    const auto count = static_cast<double>(batches.size() * kBatch);
    fmt::print("bare {:>8.0f} rows/s   persist {:>8.0f} rows/s ({:.2f})   copies {:>8.0f}/s\n", count / bare,
               count / stored, bare / stored, count / copied);
    print_reads(ledger, code);
  }
  return 0;
}
