// The ledger over a server when things go wrong: bad records, killed sessions, lost answers, locks in the way.

#include <future>
#include <gmock/gmock.h>
#include <thread>

#include "integration/mysql_ledger_fixture.hpp"
#include "integration/mysql_proxy.hpp"
#include "ledger/migrations.hpp"
#include "service/persister.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using service::Persister;
using enum PersistOutcome;

class MysqlFaults : public MysqlLedgerTest {
 protected:
  MysqlFaults() { create(ledger_); }

  /// An open transaction that holds the place of member `number`.
  [[nodiscard]] std::unique_ptr<net::sql::MysqlSession> holder_of(int number) const {
    auto session = store_.session();
    EXPECT_TRUE(session->begin());
    EXPECT_TRUE(session->execute(row_of(number)));
    return session;
  }
  [[nodiscard]] static std::string row_of(int number) {
    return fmt::format(
        "INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state)"
        " VALUES (x'ff{:030x}', 'FLASH', 'm{:05}', {}, 1, 1, 'ISSUED')",
        number, number, 900'000 + number);
  }
};

TEST_F(MysqlFaults, One_bad_record_among_500_becomes_a_dead_letter_and_the_others_rows) {
  store_.meddle(
      "CREATE TRIGGER reject BEFORE INSERT ON issues FOR EACH ROW"
      " IF NEW.user_id = 'm00137' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rejected'; END IF");
  MemoryJournal journal;
  for (int i = 0; i < 500; ++i) journal.records.push_back(item(i + 1, i + 1).record);
  for (std::size_t i = 0; i < journal.records.size(); ++i) journal.records[i].offset = static_cast<std::int64_t>(i);
  Persister persister(journal, ledger_, {.batch_max = 500}, metrics_);
  for (int replayed = 0; replayed < 2; ++replayed) {
    service::PersistPass sum;
    for (bool more = true; more;) {
      const auto pass = persister.pass(0);
      ASSERT_TRUE(pass) << pass.error().message;
      more = pass->records > 0;
      sum.records += pass->records;
      sum.dead += pass->dead;
      for (std::size_t i = 0; i < sum.outcomes.size(); ++i) sum.outcomes.at(i) += pass->outcomes.at(i);
    }
    EXPECT_EQ(sum.records, 500U);
    EXPECT_EQ(sum.dead, 1U);
    EXPECT_EQ(sum.outcomes.at(static_cast<std::size_t>(replayed == 0 ? kInserted : kPresent)), 499U);
    EXPECT_EQ(journal.committed().value().at(0), 500);
    EXPECT_EQ(rows(), 499);
    const auto letters = ledger_.dead_letters({}, 0, 10).value();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(letters[0].error_class, "rejected");
    EXPECT_EQ(letters[0].member->text(), "m00137");
    EXPECT_EQ(letters[0].state, DeadLetterState::kRetrying);
    journal.forget();
  }
}

TEST_F(MysqlFaults, A_commit_that_never_arrived_stored_nothing_and_the_repeat_stores_all) {
  MysqlProxy proxy(store_.config().port);
  auto config = store_.config();
  config.port = proxy.port();
  net::sql::MysqlPool pool(config);
  ledger::MysqlLedger ledger(pool, clock_);
  proxy.cut_next(MysqlProxy::Cut::kBeforeCommit);
  const auto cut = ledger.persist(items(20), {});
  ASSERT_FALSE(cut);
  EXPECT_TRUE(cut.error().retryable);
  EXPECT_TRUE(proxy.cut_done());
  EXPECT_EQ(ledger.persist(items(20), {}).value(), all(kInserted, 20));
  EXPECT_EQ(rows(), 20);
}

TEST_F(MysqlFaults, A_commit_whose_answer_was_lost_is_found_done_by_the_repeat) {
  MysqlProxy proxy(store_.config().port);
  auto config = store_.config();
  config.port = proxy.port();
  net::sql::MysqlPool pool(config);
  ledger::MysqlLedger ledger(pool, clock_);
  proxy.cut_next(MysqlProxy::Cut::kAfterCommit);
  const auto cut = ledger.persist(items(20), {});
  ASSERT_FALSE(cut);
  EXPECT_TRUE(cut.error().retryable);
  EXPECT_EQ(rows(), 20) << "the server had committed";
  EXPECT_EQ(ledger.persist(items(20), {}).value(), all(kPresent, 20));
  EXPECT_EQ(rows(), 20);
}

TEST_F(MysqlFaults, An_answer_cut_in_the_middle_is_an_error_and_not_a_shorter_answer) {
  ASSERT_TRUE(ledger_.persist(items(5'000), {}));
  MysqlProxy proxy(store_.config().port);
  auto config = store_.config();
  config.port = proxy.port();
  net::sql::MysqlPool pool(config);
  ledger::MysqlLedger ledger(pool, clock_);
  proxy.cut_next(MysqlProxy::Cut::kInsideAnswer);
  const auto cut = ledger.snapshot(code_);
  EXPECT_TRUE(proxy.cut_done());
  ASSERT_FALSE(cut);
  EXPECT_TRUE(cut.error().retryable);
  EXPECT_EQ(ledger.snapshot(code_)->held.size(), 5'000U);
}

TEST_F(MysqlFaults, A_session_killed_inside_its_transaction_stores_nothing_and_the_repeat_all) {
  const auto holder = holder_of(10);
  auto persisting = std::async(std::launch::async, [this] { return ledger_.persist(items(20), {}); });
  store_.meddle("KILL CONNECTION " + waiting_session());
  const auto killed = persisting.get();
  ASSERT_FALSE(killed);
  EXPECT_TRUE(killed.error().retryable) << killed.error().message;
  holder->undo();
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(ledger_.persist(items(20), {}).value(), all(kInserted, 20));
}

TEST_F(MysqlFaults, A_deadlock_starts_the_transaction_again) {
  const auto holder = holder_of(15);
  // The server ends the transaction that has done less.
  for (int i = 500; i < 600; ++i) ASSERT_TRUE(holder->execute(row_of(i)));
  auto persisting = std::async(std::launch::async, [this] { return ledger_.persist(items(20), {}); });
  EXPECT_FALSE(waiting_session().empty());
  EXPECT_TRUE(holder->execute(row_of(3))) << "held by the batch until the deadlock undid it";
  holder->undo();
  const auto outcomes = persisting.get();
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(*outcomes, all(kInserted, 20));
  EXPECT_EQ(rows(), 20);
}

TEST_F(MysqlFaults, A_lock_that_does_not_come_is_an_error_to_repeat) {
  auto config = store_.config();
  config.read_timeout_ms = 2'000;
  net::sql::MysqlPool pool(config);
  ledger::MysqlLedger ledger(pool, clock_);
  const auto holder = holder_of(10);
  const auto late = ledger.persist(items(20), {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kBusy);
  EXPECT_TRUE(late.error().retryable);
  holder->undo();
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(ledger.persist(items(20), {}).value(), all(kInserted, 20));
}

TEST_F(MysqlFaults, A_place_taken_while_the_batch_waits_makes_a_dead_letter_of_that_record_alone) {
  const auto holder = holder_of(10);
  auto persisting = std::async(std::launch::async, [this] { return ledger_.persist(items(20), {}); });
  EXPECT_FALSE(waiting_session().empty());
  ASSERT_TRUE(holder->end());
  auto expected = all(kInserted, 20);
  expected[9] = kDisplaced;
  EXPECT_EQ(persisting.get().value(), expected);
  EXPECT_EQ(ledger_.dead_letters({}, 0, 10)->size(), 1U);
  EXPECT_EQ(rows(), 20);
}

TEST_F(MysqlFaults, An_epoch_cannot_move_while_a_batch_of_it_is_stored) {
  const auto holder = holder_of(10);
  auto persisting = std::async(std::launch::async, [this] { return ledger_.persist(items(20), {}); });
  EXPECT_FALSE(waiting_session().empty());
  auto bumping = std::async(std::launch::async, [this] { return ledger_.bump_epoch(code_, 1); });
  EXPECT_FALSE(waiting_session(2).empty()) << "the bump waits for the batch";
  EXPECT_EQ(ledger_.coupon(code_, false)->epoch, 1U);
  holder->undo();
  EXPECT_EQ(persisting.get().value(), all(kInserted, 20));
  EXPECT_TRUE(bumping.get());
  EXPECT_EQ(ledger_.persist({item(30)}, {}).value(), all(kStale, 1));
}

TEST_F(MysqlFaults, Workers_that_store_the_same_records_again_and_again_make_each_row_once) {
  constexpr int kRounds = 10;
  constexpr int kEach = 300;
  std::atomic<int> inserted{0};
  {
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < 3; ++worker) {
      threads.emplace_back([&, worker] {
        for (int round = 0; round < kRounds; ++round) {
          std::vector<PersistItem> batch;
          for (int i = 1; i <= kEach; ++i) batch.push_back(item(round * kEach + i));
          if (worker == 1) std::ranges::reverse(batch);
          auto outcomes = ledger_.persist(batch, {});
          while (!outcomes && outcomes.error().retryable) outcomes = ledger_.persist(batch, {});
          ASSERT_TRUE(outcomes) << outcomes.error().message;
          for (const auto outcome : *outcomes) {
            if (outcome == kInserted) ++inserted;
            EXPECT_TRUE(outcome == kInserted || outcome == kPresent);
          }
        }
      });
    }
  }
  EXPECT_EQ(inserted, kRounds * kEach);
  EXPECT_EQ(rows(), kRounds * kEach);
  EXPECT_TRUE(ledger_.dead_letters({}, 0, 10)->empty());
}

TEST_F(MysqlFaults, A_batch_of_thousands_is_split_into_statements_and_stays_one_transaction) {
  store_.meddle(
      "CREATE TRIGGER reject BEFORE INSERT ON issues FOR EACH ROW"
      " IF NEW.user_id = 'm02500' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'rejected'; END IF");
  const auto failed = ledger_.persist(items(2'600), {});
  ASSERT_FALSE(failed);
  EXPECT_FALSE(failed.error().retryable);
  EXPECT_EQ(rows(), 0);
  store_.meddle("DROP TRIGGER reject");
  EXPECT_EQ(ledger_.persist(items(2'600), {}).value(), all(kInserted, 2'600));
  EXPECT_EQ(ledger_.persist(items(2'600), {}).value(), all(kPresent, 2'600));
}

TEST_F(MysqlFaults, An_error_that_quotes_any_bytes_does_not_keep_its_letter_from_being_stored) {
  DeadLetter letter;
  letter.record = {0, 1, 77, std::string("k\0\xff", 3), std::string(200'000, '\xfe'), {{"h", "\xff"}}};
  letter.error_class = "unreadable";
  letter.error = "near '\xff\x01' " + std::string(5'000, 'x');
  ASSERT_TRUE(ledger_.persist({}, {letter}));
  const auto stored = ledger_.dead_letters({}, 0, 1)->at(0);
  EXPECT_EQ(stored.record.key, letter.record.key);
  EXPECT_EQ(stored.record.value, letter.record.value);
  EXPECT_EQ(stored.record.headers.at(0).value, "\xff");
  EXPECT_EQ(stored.error.substr(0, 9), "near '\?\?'");
}

TEST_F(MysqlFaults, Ping_tells_that_the_account_may_not_write) {
  const auto user = store_.config().database.substr(0, 30);
  store_.meddle("CREATE USER " + user + "@'127.0.0.1' IDENTIFIED BY 'pw'");
  store_.meddle("GRANT SELECT ON " + store_.config().database + ".* TO " + user + "@'127.0.0.1'");
  auto config = store_.config();
  config.user = user;
  config.password = "pw";
  net::sql::MysqlPool pool(config);
  const auto refused = ledger::MysqlLedger(pool, clock_).ping();
  store_.meddle("DROP USER " + user + "@'127.0.0.1'");
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("rights"));
}

// Has a server of its own.
TEST(MysqlOutage, What_failed_while_the_server_was_away_succeeds_when_it_is_back) {
  const TempFolder folder;
  const Stack stack(folder.path());
  const struct Down {
    const Stack& stack;
    ~Down() { stack.kill("mysql"); }
  } down{stack};
  net::sql::MysqlConfig config;
  config.port = stack.up("mysql");
  config.database = "coupon";
  ASSERT_TRUE(ledger::migrate(config));
  const base::SystemClock clock;
  net::sql::MysqlPool pool(config);
  ledger::MysqlLedger ledger(pool, clock);
  ASSERT_TRUE(ledger.create({*CouponCode::parse("FLASH"), "t", 100, CouponState::kOpen, {}, 1, 1, 42}));
  const GrantEvent event{
      *CouponCode::parse("FLASH"), *MemberId::parse("m1"), base::UlidGenerator(clock).next(), 1, 1, 1};
  const std::vector<PersistItem> batch = {{event, {}}};
  stack.kill("mysql");
  for (int i = 0; i < 3; ++i) {
    const auto failed = ledger.persist(batch, {});
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().retryable) << failed.error().message;
    EXPECT_FALSE(ledger.ping());
  }
  ASSERT_EQ(stack.up("mysql"), config.port);
  EXPECT_EQ(ledger.persist(batch, {}).value().front(), kInserted);
  stack.kill("mysql");
  ASSERT_EQ(stack.up("mysql"), config.port);
  EXPECT_EQ(ledger.persist(batch, {}).value().front(), kPresent) << "committed rows survive kill -9";
  EXPECT_TRUE(ledger.ping());
}

}  // namespace
}  // namespace coupon::test
