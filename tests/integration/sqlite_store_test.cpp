// What is the embedded store's own: migrations, identity, the record of quota changes, full disks under the ledger.

#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "gate/sqlite_gate.hpp"
#include "integration/engines.hpp"
#include "integration/gate_calls.hpp"
#include "ledger/migrations.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "support/embedded_store.hpp"

namespace coupon::test {
namespace {

int newest() { return ledger::sqlite_migrations().back().number; }

TEST(Migrations, A_fresh_file_gets_all_of_them_and_says_so) {
  const TempFolder folder;
  const auto database = open_database(folder.file("a.db"));
  const auto before = ledger::migration_status(*database).value();
  for (const auto& one : before) EXPECT_EQ(one.applied_ms, 0);
  EXPECT_EQ(ledger::migrate(*database).value(), static_cast<int>(ledger::sqlite_migrations().size()));
  const auto after = ledger::migration_status(*database).value();
  EXPECT_EQ(after.size(), before.size());
  for (const auto& one : after) EXPECT_GT(one.applied_ms, 0);
}

TEST(Migrations, Numbers_rise_from_one_without_gaps) {
  int expected = 0;
  for (const auto& script : ledger::sqlite_migrations()) EXPECT_EQ(script.number, ++expected);
}

TEST(Migrations, Repeating_them_changes_nothing) {
  const EmbeddedStore store;
  const auto identity = "SELECT count(*) FROM store_meta WHERE key = 'identity'";
  EXPECT_EQ(ledger::migrate(*store.database()).value(), 0);
  EXPECT_EQ(store.number(identity), 1);
}

TEST(Migrations, Processes_at_once_apply_each_of_them_once) {
  const TempFolder folder;
  std::vector<int> applied(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : applied) {
      threads.emplace_back([&] {
        const auto done = ledger::migrate(*open_database(folder.file("a.db")));
        ASSERT_TRUE(done) << done.error().message;
        mine = *done;
      });
    }
  }
  int total = 0;
  for (const int one : applied) total += one;
  EXPECT_EQ(total, static_cast<int>(ledger::sqlite_migrations().size()));
}

TEST(Migrations, A_store_of_a_newer_program_is_refused_and_left_alone) {
  const EmbeddedStore store;
  store.meddle("INSERT INTO schema_migrations VALUES (" + std::to_string(newest() + 1) + ", 'future', 1)");
  const auto database = store.database();
  for (const auto& error : {ledger::migrate(*database).error(), ledger::migration_status(*database).error()}) {
    EXPECT_EQ(error.code, base::Errc::kUnsupported);
    EXPECT_NE(error.message.find("newer program"), std::string::npos);
  }
  EXPECT_EQ(store.number("SELECT count(*) FROM schema_migrations"), newest() + 1);
}

TEST(Migrations, A_script_that_fails_leaves_nothing_behind) {
  const TempFolder folder;
  const auto database = open_database(folder.file("a.db"));
  ASSERT_TRUE(database->execute("CREATE TABLE journal (mine TEXT)"));  // in the way
  EXPECT_FALSE(ledger::migrate(*database));
  EXPECT_FALSE(database->in_transaction());
  const auto tables = database->prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table'");
  ASSERT_TRUE(tables->step().value());
  EXPECT_EQ(tables->integer(0), 1);
}

TEST(EmbeddedIdentity, Every_store_has_one_of_its_own) {
  const EmbeddedStore first;
  const EmbeddedStore second;
  const auto text = [](const EmbeddedStore& store) {
    const auto connection = store.database();
    const auto row = connection->prepare("SELECT value FROM store_meta WHERE key = 'identity'");
    EXPECT_TRUE(row->step().value());
    return std::string(row->text(0));
  };
  EXPECT_EQ(text(first).size(), 32U);
  EXPECT_NE(text(first), text(second));
}

class EmbeddedEngines : public ::testing::Test {
 protected:
  EmbeddedStore store_;
  ManualClock clock_;
  base::InlineExecutor executor_;
  std::unique_ptr<net::sql::GroupCommit> group_ = store_.group();
  gate::SqliteGate engine_{*group_, clock_, executor_};
  GateCalls gate_{engine_, code("FLASH")};
  ledger::SqliteLedger ledger_{*group_, clock_};
};

TEST_F(EmbeddedEngines, A_store_without_an_identity_serves_nothing_not_even_what_is_fenced) {
  gate_.seed({1, 5, CouponState::kOpen, {}}, 1);
  store_.meddle("DELETE FROM store_meta WHERE key = 'identity'");
  EXPECT_EQ(gate_.issue_one({member(1), id(1), 0}).outcome, Outcome::kFenced);
  gate_.fence(2);
  EXPECT_EQ(gate_.issue_one({member(1), id(1), 0}).outcome, Outcome::kFenced);
}

TEST_F(EmbeddedEngines, A_grant_and_its_record_are_one_transaction) {
  gate_.seed({1, 5, CouponState::kOpen, {}}, 1);
  store_.meddle("CREATE TRIGGER no BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no'); END");
  const auto failed = base::wait<IssueReply>(
      [&](auto done) { engine_.issue(code("FLASH"), {{member(1), id(1), 0}}, std::move(done)); });
  EXPECT_FALSE(failed);
  EXPECT_EQ(store_.number("SELECT count(*) FROM gate_grants"), 0);
  EXPECT_EQ(store_.number("SELECT held + seq FROM gate_coupons"), 0);
}

TEST_F(EmbeddedEngines, Held_and_pending_are_counted_whatever_changes_the_grants) {
  gate_.seed({1, 50, CouponState::kOpen, {}}, 1);
  std::vector<Ask> asks;
  for (int i = 1; i <= 20; ++i) asks.push_back({member(i), id(static_cast<std::uint32_t>(i)), 0});
  gate_.issue(asks);
  gate_.rearm({member(1), id(1)});
  gate_.rearm({member(2), id(2)});
  gate_.confirm(1, {{member(2), id(2)}});
  gate_.revoke({member(1), id(1)});
  gate_.adopt({id(99), member(99), 99, 1, 0});
  const auto token = gate_.fence(2);
  gate_.merge(token, {{id(3), member(3), 3, 1, 0}, {id(77), member(4), 4, 1, 0}}, {{member(5), id(5)}});
  gate_.settle(token, 12);
  gate_.open(token, {2, 12, CouponState::kOpen, {}}, 0);
  const auto status = gate_.status();
  EXPECT_EQ(status.held, 12);
  EXPECT_EQ(status.held, store_.number("SELECT count(*) FROM gate_grants"));
  EXPECT_EQ(status.pending, 10);
  EXPECT_EQ(status.pending, store_.number("SELECT count(*) FROM gate_grants WHERE pending = 1"));
}

TEST_F(EmbeddedEngines, A_change_of_quota_is_on_record_with_its_actor_and_others_are_not) {
  ASSERT_TRUE(ledger_.create({code("FLASH"), "", 10, CouponState::kOpen, {}, 1, 0, 0}));
  CouponChange raise;
  raise.quota = 15;
  raise.actor = "kim";
  ASSERT_TRUE(ledger_.change(code("FLASH"), 1, std::nullopt, raise));
  CouponChange pause;
  pause.state = CouponState::kPaused;
  ASSERT_TRUE(ledger_.change(code("FLASH"), 2, std::nullopt, pause));
  EXPECT_EQ(store_.number("SELECT count(*) FROM quota_changes"), 1);
  EXPECT_EQ(store_.number("SELECT count(*) FROM quota_changes WHERE code = 'FLASH' AND version = 2 AND old_quota = 10"
                          " AND new_quota = 15 AND actor = 'kim' AND at_ms = " +
                          std::to_string(ManualClock::kStartMs)),
            1);
}

TEST_F(EmbeddedEngines, A_full_store_makes_persist_retryable_and_stores_nothing) {
  ASSERT_TRUE(ledger_.create({code("FLASH"), "", 10, CouponState::kOpen, {}, 1, 0, 0}));
  ASSERT_TRUE(group_->run(net::sql::GroupCommit::Kind::kRead,
                          [](net::sql::Database& db) { return db.execute("PRAGMA max_page_count = 1"); }));
  DeadLetter letter;
  letter.record = {0, 1, 1, "k", std::string(1'000'000, 'x'), {}};
  const GrantEvent event{code("FLASH"), member(1), id(1), 1, 1, 0};
  const auto failed = ledger_.persist({{event, {}}}, {letter});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::Errc::kIo);
  EXPECT_TRUE(failed.error().retryable);
  EXPECT_EQ(store_.number("SELECT count(*) FROM issues"), 0);
  ASSERT_TRUE(group_->run(net::sql::GroupCommit::Kind::kRead,
                          [](net::sql::Database& db) { return db.execute("PRAGMA max_page_count = 100000"); }));
  EXPECT_TRUE(ledger_.persist({{event, {}}}, {letter}));
}

TEST_F(EmbeddedEngines, Ping_says_that_the_store_cannot_be_written) {
  const auto other = store_.database();
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  net::sql::SqliteConfig config;
  config.path = store_.path();
  config.busy_timeout_ms = 0;
  net::sql::GroupCommit impatient(net::sql::Database::open(config).value(), {}, store_.metrics());
  EXPECT_EQ(ledger::SqliteLedger(impatient, clock_).ping().error().code, base::Errc::kBusy);
  ASSERT_TRUE(other->execute("COMMIT"));
  EXPECT_TRUE(ledger::SqliteLedger(impatient, clock_).ping());
}

}  // namespace
}  // namespace coupon::test
