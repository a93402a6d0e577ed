#pragma once
// Records of grants for a ledger over a server, and waiting for what its sessions do.

#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "integration/mysql_store.hpp"
#include "ledger/mysql_ledger.hpp"

namespace coupon::test {

/// Delivers what it is given, from the committed position on.
class MemoryJournal final : public JournalReader {
 public:
  std::vector<ConsumedRecord> records;

  base::Result<std::vector<ConsumedRecord>> poll(std::size_t limit, std::int64_t /*wait_ms*/) override {
    std::vector<ConsumedRecord> batch;
    while (next_ < records.size() && batch.size() < limit) batch.push_back(records[next_++]);
    return batch;
  }
  base::Result<> commit(const Positions& next) override {
    committed_ = static_cast<std::size_t>(next.at(0));
    return {};
  }
  base::Result<> rewind() override {
    next_ = committed_;
    return {};
  }
  base::Result<> hold(std::int32_t /*partition*/) override {
    ADD_FAILURE() << "nothing here is to be held";
    return {};
  }
  base::Result<Positions> end() override { return Positions{{0, static_cast<std::int64_t>(records.size())}}; }
  base::Result<Positions> committed() override { return Positions{{0, static_cast<std::int64_t>(committed_)}}; }
  void forget() { next_ = committed_ = 0; }

 private:
  std::size_t next_ = 0;
  std::size_t committed_ = 0;
};

class MysqlLedgerTest : public ::testing::Test {
 protected:
  [[nodiscard]] static PersistItem item(int number, std::int64_t offset = 0) {
    GrantId id;
    id.bytes[0] = 1;
    for (std::size_t i = 0; i < 4; ++i) {
      id.bytes[15 - i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(number) >> (8 * i));
    }
    const GrantEvent event{
        *CouponCode::parse("FLASH"), *MemberId::parse(fmt::format("m{:05}", number)), id, number, 1'000, 1};
    auto record = encode(event);
    return {event,
            {0, offset == 0 ? number : offset, 77, std::move(record.key), std::move(record.value),
             std::move(record.headers)}};
  }
  [[nodiscard]] static std::vector<PersistItem> items(int count) {
    std::vector<PersistItem> all;
    for (int i = 1; i <= count; ++i) all.push_back(item(i));
    return all;
  }
  void create(Ledger& ledger) const {
    ASSERT_TRUE(ledger.create({code_, "Flash sale", 100'000, CouponState::kOpen, {}, 1, 1, 42}));
  }
  /// Blocks until `count` sessions of the database wait for locks; gives the id of one.
  [[nodiscard]] std::string waiting_session(std::size_t count = 1) const {
    const auto session = store_.session();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      std::vector<std::string> ids;
      const auto done = session->query(
          "SELECT p.id FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
          " ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'",
          [&ids](const net::sql::MysqlRow& row) -> base::Result<> {
            ids.push_back(row.text(0));
            return {};
          });
      if (!done) throw std::runtime_error(done.error().message);
      if (ids.size() >= count) return ids.front();
      // The table is a copy, made anew only when nobody has read it for a tenth of a second.
      if (!session->execute("DO SLEEP(0.12)")) break;
    }
    throw std::runtime_error("no session waits for a lock");
  }
  [[nodiscard]] static std::vector<PersistOutcome> all(PersistOutcome outcome, std::size_t count) {
    return std::vector<PersistOutcome>(count, outcome);
  }
  [[nodiscard]] std::int64_t rows() const { return store_.number("SELECT COUNT(*) FROM issues"); }

  CouponCode code_ = *CouponCode::parse("FLASH");
  base::SystemClock clock_;
  base::Metrics metrics_;
  MysqlStore store_;
  net::sql::MysqlPool pool_{store_.config()};
  ledger::MysqlLedger ledger_{pool_, clock_};
};

}  // namespace coupon::test
