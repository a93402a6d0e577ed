// The ledger's schema on a server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <thread>

#include "base/clock.hpp"
#include "integration/mysql_store.hpp"
#include "ledger/migrations.hpp"
#include "ledger/mysql_ledger.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using ::testing::HasSubstr;

int all() { return static_cast<int>(ledger::mysql_migrations().size()); }

TEST(MysqlMigrations, An_empty_database_gets_all_of_them_and_says_so) {
  const MysqlStore store(false);
  const auto before = ledger::migration_status(store.config()).value();
  for (const auto& one : before) EXPECT_EQ(one.applied_ms, 0);
  EXPECT_EQ(ledger::require_schema(store.config()).error().code, Errc::kUnavailable);
  EXPECT_EQ(ledger::migrate(store.config()).value(), all());
  const auto after = ledger::migration_status(store.config()).value();
  for (const auto& one : after) EXPECT_GT(one.applied_ms, 0);
  EXPECT_TRUE(ledger::require_schema(store.config()));
  EXPECT_EQ(ledger::migrate(store.config()).value(), 0);
}

TEST(MysqlMigrations, Numbers_rise_from_one_without_gaps) {
  int expected = 0;
  for (const auto& script : ledger::mysql_migrations()) EXPECT_EQ(script.number, ++expected);
}

TEST(MysqlMigrations, Processes_at_once_apply_each_of_them_once) {
  const MysqlStore store(false);
  std::vector<int> applied(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : applied) {
      threads.emplace_back([&] {
        const auto done = ledger::migrate(store.config());
        ASSERT_TRUE(done) << done.error().message;
        mine = *done;
      });
    }
  }
  EXPECT_EQ(std::accumulate(applied.begin(), applied.end(), 0), all());
}

TEST(MysqlMigrations, A_crash_between_two_statements_heals_at_the_next_run) {
  const MysqlStore store;
  // As if it had ended before its last table and before it was recorded.
  store.meddle("DROP TABLE quota_changes");
  store.meddle(
      "INSERT INTO coupons (code, title, quota, version, state, created_ms) VALUES ('A', 't', 1, 1, 'OPEN', 1)");
  store.meddle("DELETE FROM schema_migrations WHERE number = 1");
  EXPECT_EQ(ledger::migrate(store.config()).value(), 1);
  EXPECT_EQ(store.number("SELECT COUNT(*) FROM quota_changes"), 0);
  EXPECT_EQ(store.number("SELECT COUNT(*) FROM coupons"), 1) << "what was there stays";
}

TEST(MysqlMigrations, A_database_of_a_newer_program_is_refused_and_left_alone) {
  const MysqlStore store;
  store.meddle("INSERT INTO schema_migrations (number, name, applied_ms) VALUES (9999, 'later', 1)");
  EXPECT_EQ(ledger::migrate(store.config()).error().code, Errc::kUnsupported);
  EXPECT_EQ(ledger::migration_status(store.config()).error().code, Errc::kUnsupported);
  EXPECT_EQ(ledger::require_schema(store.config()).error().code, Errc::kUnsupported);
}

TEST(MysqlMigrations, A_missing_table_says_what_to_do_and_blames_no_record) {
  const MysqlStore store(false);
  net::sql::MysqlPool pool(store.config());
  const base::SystemClock clock;
  ledger::MysqlLedger ledger(pool, clock);
  for (const auto& error :
       {ledger.ping().error(), ledger.persist({}, {DeadLetter{}}).error(), ledger.unattributed().error()}) {
    EXPECT_THAT(error.message, HasSubstr("couponctl migrate"));
    EXPECT_EQ(error.code, Errc::kUnavailable);
    EXPECT_FALSE(error.retryable);
  }
}

TEST(MysqlMigrations, An_account_that_may_not_change_the_schema_can_use_one_that_is_there) {
  const MysqlStore store;
  const auto user = store.config().database.substr(0, 30);
  store.meddle("CREATE USER " + user + "@'127.0.0.1' IDENTIFIED BY 'pw'");
  store.meddle("GRANT SELECT, INSERT, UPDATE, DELETE ON " + store.config().database + ".* TO " + user + "@'127.0.0.1'");
  auto config = store.config();
  config.user = user;
  config.password = "pw";
  EXPECT_EQ(ledger::migrate(config).value(), 0);
  store.meddle("DROP TABLE schema_migrations");
  const auto refused = ledger::migrate(config);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("GRANT"));
  store.meddle("DROP USER " + user + "@'127.0.0.1'");
}

}  // namespace
}  // namespace coupon::test
