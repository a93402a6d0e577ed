// What the product relies on of the server and of the client library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "integration/mysql_store.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using base::Result;
using net::sql::MysqlPool;
using net::sql::MysqlRow;
using net::sql::MysqlSession;
using net::sql::sql_text;
using net::sql::SqlBytes;
using net::sql::SqlText;
using net::sql::SqlValue;
using ::testing::HasSubstr;
using ::testing::Not;

class MysqlSessions : public ::testing::Test {
 protected:
  [[nodiscard]] std::string text(MysqlSession& session, const std::string& sql) const {
    std::string value;
    const auto done = session.query(sql, [&value](const MysqlRow& row) -> Result<> {
      value = row.text(0);
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return value;
  }
  /// What a pool's session knows itself by.
  [[nodiscard]] std::string id_of(MysqlSession& session) const { return text(session, "SELECT CONNECTION_ID()"); }

  MysqlStore store_{false};
};

TEST_F(MysqlSessions, A_session_is_strict_and_reads_what_is_committed) {
  const auto session = store_.session();
  EXPECT_EQ(text(*session, "SELECT @@SESSION.time_zone"), "+00:00");
  EXPECT_EQ(text(*session, "SELECT @@SESSION.autocommit"), "1");
  EXPECT_THAT(text(*session, "SELECT @@SESSION.sql_mode"), HasSubstr("STRICT_ALL_TABLES"));
  EXPECT_EQ(text(*session, "SELECT @@SESSION.innodb_lock_wait_timeout"), "5");
  store_.meddle("CREATE TABLE t (a INT) ENGINE = InnoDB");
  ASSERT_TRUE(session->begin());
  EXPECT_EQ(text(*session, "SELECT COUNT(*) FROM t"), "0");
  store_.meddle("INSERT INTO t VALUES (1)");
  EXPECT_EQ(text(*session, "SELECT COUNT(*) FROM t"), "1");
  session->undo();
  ASSERT_TRUE(session->begin(net::sql::MysqlIsolation::kSnapshot));
  store_.meddle("INSERT INTO t VALUES (2)");
  EXPECT_EQ(text(*session, "SELECT COUNT(*) FROM t"), "1") << "a snapshot stands still from its beginning";
  EXPECT_TRUE(session->end());
  EXPECT_EQ(text(*session, "SELECT COUNT(*) FROM t"), "2") << "and is the next transaction's no more";
}

TEST_F(MysqlSessions, Who_is_silent_inside_a_transaction_loses_it_and_its_locks) {
  auto config = store_.config();
  config.read_timeout_ms = 2'000;
  store_.meddle("CREATE TABLE t (a INT) ENGINE = InnoDB");
  store_.meddle("INSERT INTO t VALUES (1)");
  auto silent = MysqlSession::open(config);
  ASSERT_TRUE(silent) << silent.error().message;
  ASSERT_TRUE((*silent)->begin());
  ASSERT_TRUE((*silent)->execute("UPDATE t SET a = 2"));
  const auto other = store_.session();
  ASSERT_TRUE(other->begin());
  EXPECT_TRUE(other->execute("UPDATE t SET a = 3"));
  EXPECT_TRUE(other->end());
  EXPECT_FALSE((*silent)->end());
  EXPECT_TRUE((*silent)->broken());
  EXPECT_EQ(text(*other, "SELECT a FROM t"), "3");
}

TEST_F(MysqlSessions, A_snapshot_may_be_read_for_longer) {
  auto config = store_.config();
  config.read_timeout_ms = 1'000;
  auto reader = MysqlSession::open(config);
  ASSERT_TRUE(reader) << reader.error().message;
  const auto silence = [&] { return text(**reader, "SELECT @@SESSION.idle_transaction_timeout"); };
  EXPECT_EQ(silence(), "1");
  for (const bool kept : {true, false}) {
    ASSERT_TRUE((*reader)->begin(net::sql::MysqlIsolation::kSnapshot));
    EXPECT_EQ(silence(), "28800");
    if (kept) {
      EXPECT_TRUE((*reader)->end());
    } else {
      (*reader)->undo();
    }
    EXPECT_EQ(silence(), "1");
  }
}

TEST_F(MysqlSessions, Every_byte_reads_back_and_text_keeps_its_characters) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  store_.meddle("CREATE TABLE t (b VARBINARY(300), s VARCHAR(50) CHARACTER SET utf8mb4, e VARBINARY(5), n INT)");
  store_.meddle(sql_text("INSERT INTO t VALUES (?, ?, ?, ?)",
                         {SqlBytes{bytes}, SqlText{"caf\xc3\xa9 \xf0\x9f\x8e\x9f '\\"}, SqlBytes{""}, {}}));
  const auto done = store_.session()->query("SELECT b, s, e, n FROM t", [&](const MysqlRow& row) -> Result<> {
    EXPECT_EQ(row.text(0), bytes);
    EXPECT_EQ(row.text(1), "caf\xc3\xa9 \xf0\x9f\x8e\x9f '\\");
    EXPECT_EQ(row.text(2), "");
    EXPECT_FALSE(row.null(2));
    EXPECT_TRUE(row.null(3));
    EXPECT_EQ(row.integer(3), 0);
    return {};
  });
  EXPECT_TRUE(done);
}

TEST_F(MysqlSessions, A_prepared_statement_says_the_same_as_its_text) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  store_.meddle("CREATE TABLE t (b VARBINARY(300), s VARCHAR(50) CHARACTER SET utf8mb4, n BIGINT, UNIQUE KEY (n))");
  const auto session = store_.session();
  const std::string insert = "INSERT INTO t VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE b = t.b";
  const std::vector<SqlValue> row{SqlBytes{bytes}, SqlText{"caf\xc3\xa9 \xf0\x9f\x8e\x9f '\\"}, INT64_MIN};
  EXPECT_EQ(session->execute_prepared(insert, row), 1);
  EXPECT_EQ(session->execute_prepared(insert, row), 0) << "only new rows count as changed";
  EXPECT_EQ(session->execute_prepared(insert, std::vector<SqlValue>{SqlBytes{""}, {}, 7}), 1);
  EXPECT_EQ(text(*session, sql_text("SELECT COUNT(*) FROM t WHERE b = ? AND s = ? AND n = -9223372036854775807 - 1",
                                    {row[0], row[1]})),
            "1");
  EXPECT_EQ(text(*session, "SELECT COUNT(*) FROM t WHERE b = '' AND s IS NULL AND n = 7"), "1");
  EXPECT_EQ(session->execute_prepared("DELETE FROM t WHERE n = ?", std::vector<SqlValue>{7}), 1);
  EXPECT_EQ(session->execute_prepared(insert, row), 0);
}

TEST_F(MysqlSessions, A_prepared_statement_that_fails_can_be_said_again) {
  store_.meddle("CREATE TABLE t (b VARBINARY(3) NOT NULL)");
  const auto session = store_.session();
  const std::string insert = "INSERT INTO t VALUES (?)";
  const auto cut = session->execute_prepared(insert, std::vector<SqlValue>{SqlBytes{"abcd"}});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::kInvalid);
  EXPECT_EQ(session->execute_prepared(insert, std::vector<SqlValue>{SqlBytes{"abc"}}), 1);
  store_.meddle("ALTER TABLE t ADD COLUMN n INT");
  EXPECT_FALSE(session->execute_prepared(insert, std::vector<SqlValue>{SqlBytes{"abc"}})) << "two columns by now";
  store_.meddle("ALTER TABLE t DROP COLUMN n");
  EXPECT_EQ(session->execute_prepared(insert, std::vector<SqlValue>{SqlBytes{"abc"}}), 1);
}

TEST_F(MysqlSessions, A_session_that_prepared_something_and_was_killed_can_be_dropped) {
  store_.meddle("CREATE TABLE t (b VARBINARY(3) NOT NULL)");
  auto session = store_.session();
  EXPECT_EQ(session->execute_prepared("INSERT INTO t VALUES (?)", std::vector<SqlValue>{SqlBytes{"a"}}), 1);
  store_.meddle("KILL " + id_of(*session));
  EXPECT_FALSE(session->execute_prepared("INSERT INTO t VALUES (?)", std::vector<SqlValue>{SqlBytes{"b"}}));
  EXPECT_TRUE(session->broken());
  session.reset();
  EXPECT_EQ(store_.number("SELECT COUNT(*) FROM t"), 1);
}

TEST_F(MysqlSessions, A_value_that_does_not_fit_is_an_error_and_not_cut) {
  store_.meddle("CREATE TABLE t (b VARBINARY(3) NOT NULL)");
  const auto cut = store_.session()->execute(sql_text("INSERT INTO t VALUES (?)", {SqlBytes{"abcd"}}));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::kInvalid);
  EXPECT_FALSE(cut.error().retryable);
  EXPECT_FALSE(store_.session()->execute("INSERT INTO t VALUES (NULL)"));
  EXPECT_EQ(store_.number("SELECT COUNT(*) FROM t"), 0);
}

TEST_F(MysqlSessions, Only_new_rows_count_as_changed) {
  store_.meddle("CREATE TABLE t (a INT PRIMARY KEY, b INT UNIQUE)");
  const std::string tail = " ON DUPLICATE KEY UPDATE a = t.a";
  EXPECT_EQ(store_.meddle("INSERT INTO t VALUES (1, 1), (2, 2)" + tail), 2);
  EXPECT_EQ(store_.meddle("INSERT INTO t VALUES (1, 5), (6, 2), (3, 3)" + tail), 1);
}

TEST_F(MysqlSessions, A_statement_of_megabytes_arrives_whole) {
  store_.meddle("CREATE TABLE t (b MEDIUMBLOB)");
  const std::string big(3 << 20, '\xee');
  store_.meddle(sql_text("INSERT INTO t VALUES (?)", {SqlBytes{big}}));
  EXPECT_EQ(text(*store_.session(), "SELECT b FROM t"), big);
}

TEST_F(MysqlSessions, A_wrong_password_is_told_apart_and_never_shown) {
  auto config = store_.config();
  config.user = "nobody";
  config.password = "s3cret-word";
  const auto refused = MysqlSession::open(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_FALSE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("COUPON_LEDGER_PASSWORD"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("s3cret")));
}

TEST_F(MysqlSessions, An_unknown_database_says_what_to_do) {
  auto config = store_.config();
  config.database = "nowhere";
  const auto refused = MysqlSession::open(config);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("CREATE DATABASE"));
}

TEST_F(MysqlSessions, A_server_that_is_away_may_come_back) {
  auto config = store_.config();
  config.port = 1;
  const auto away = MysqlSession::open(config);
  ASSERT_FALSE(away);
  EXPECT_TRUE(away.error().retryable);
  EXPECT_THAT(away.error().message, HasSubstr("127.0.0.1:1"));
}

TEST_F(MysqlSessions, A_server_without_tls_is_refused_when_tls_is_wanted) {
  auto config = store_.config();
  config.tls = true;
  EXPECT_FALSE(MysqlSession::open(config));
}

TEST_F(MysqlSessions, A_statement_that_takes_too_long_breaks_the_session) {
  auto config = store_.config();
  config.read_timeout_ms = 1'000;
  const auto session = MysqlSession::open(config).value();
  const auto late = session->execute("DO SLEEP(30)");
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().retryable);
  EXPECT_TRUE(session->broken());
  EXPECT_FALSE(session->execute("DO 1"));
}

TEST_F(MysqlSessions, A_commit_of_a_killed_session_is_an_error) {
  store_.meddle("CREATE TABLE t (a INT)");
  const auto session = store_.session();
  const auto id = id_of(*session);
  ASSERT_TRUE(session->begin());
  ASSERT_TRUE(session->execute("INSERT INTO t VALUES (1)"));
  store_.meddle("KILL CONNECTION " + id);
  const auto done = session->end();
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().retryable);
  EXPECT_TRUE(session->broken());
  EXPECT_EQ(store_.number("SELECT COUNT(*) FROM t"), 0);
}

TEST_F(MysqlSessions, A_pool_gives_no_more_connections_than_it_may_and_says_that_it_is_busy) {
  auto config = store_.config();
  config.pool_max = 2;
  config.pool_wait_ms = 10;
  MysqlPool pool(config);
  const auto first = pool.acquire();
  {
    const auto second = pool.acquire();
    ASSERT_TRUE(first && second);
    const auto third = pool.acquire();
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Errc::kBusy);
    EXPECT_TRUE(third.error().retryable);
  }
  EXPECT_TRUE(pool.acquire());
}

TEST_F(MysqlSessions, A_connection_that_comes_back_is_used_again_and_a_broken_one_is_not) {
  MysqlPool pool(store_.config());
  const auto first = id_of(**pool.acquire());
  EXPECT_EQ(id_of(**pool.acquire()), first);
  {
    const auto left_open = pool.acquire();
    ASSERT_TRUE((*left_open)->begin());
  }
  EXPECT_NE(id_of(**pool.acquire()), first) << "one inside a transaction is closed";
}

TEST_F(MysqlSessions, A_transaction_does_not_notice_that_idle_connections_were_ended) {
  auto config = store_.config();
  config.pool_max = 3;
  MysqlPool pool(config);
  std::vector<std::string> ids;
  {
    const auto a = pool.acquire();
    const auto b = pool.acquire();
    const auto c = pool.acquire();
    for (const auto* one : {&a, &b, &c}) ids.push_back(id_of(***one));
  }
  for (const auto& id : ids) store_.meddle("KILL CONNECTION " + id);
  const auto written = pool.transact<bool>([](MysqlSession& session) -> Result<bool> {
    COUPON_TRY(session.execute("CREATE TABLE t (a INT)"));
    return true;
  });
  EXPECT_TRUE(written) << written.error().message;
  const auto again = pool.read<bool>([this](MysqlSession& session) -> Result<bool> {
    EXPECT_EQ(text(session, "SELECT COUNT(*) FROM t"), "0");
    return true;
  });
  EXPECT_TRUE(again);
}

TEST_F(MysqlSessions, A_transaction_that_fails_leaves_nothing) {
  store_.meddle("CREATE TABLE t (a INT)");
  MysqlPool pool(store_.config());
  const auto failed = pool.transact<bool>([](MysqlSession& session) -> Result<bool> {
    COUPON_TRY(session.execute("INSERT INTO t VALUES (1)"));
    return base::fail(Errc::kInvalid, "no");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(store_.number("SELECT COUNT(*) FROM t"), 0);
}

TEST_F(MysqlSessions, Threads_share_a_pool) {
  store_.meddle("CREATE TABLE t (a INT)");
  auto config = store_.config();
  config.pool_max = 3;
  MysqlPool pool(config);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&pool] {
        for (int n = 0; n < 20; ++n) {
          EXPECT_TRUE(pool.transact<bool>([](MysqlSession& session) -> Result<bool> {
            COUPON_TRY(session.execute("INSERT INTO t VALUES (1)"));
            return true;
          }));
        }
      });
    }
  }
  EXPECT_EQ(store_.number("SELECT COUNT(*) FROM t"), 120);
}

}  // namespace
}  // namespace coupon::test
