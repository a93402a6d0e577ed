// Brokers that are not there, die, or stand still: on a broker of the test's own.

#include <algorithm>
#include <csignal>
#include <gmock/gmock.h>
#include <mutex>
#include <thread>

#include "integration/kafka_fixture.hpp"
#include "support/kafka_reports.hpp"
#include "support/process.hpp"
#include "support/stack.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {
namespace {

using base::Errc;

class KafkaOutage : public ::testing::Test {
 protected:
  void TearDown() override {
    if (stopped_ > 0) kill(stopped_, SIGCONT);
    stack_.kill("kafka");
  }
  void stand_still() {
    stopped_ = std::stoi(read_file(stack_.folder() + "/kafka/pid"));
    ASSERT_EQ(kill(stopped_, SIGSTOP), 0);
  }
  void go_on() { ASSERT_EQ(kill(std::exchange(stopped_, 0), SIGCONT), 0); }

  TempFolder folder_;
  Stack stack_{folder_.path()};
  pid_t stopped_ = 0;
};

TEST_F(KafkaOutage, What_was_acknowledged_survives_a_kill_and_both_sides_go_on) {
  constexpr std::size_t kEnough = 1'000;
  const auto port = stack_.up("kafka");
  KafkaJournals kafka(port);
  std::mutex mutex;
  std::set<std::string> acknowledged;
  const auto count = [&] {
    const std::scoped_lock lock(mutex);
    return acknowledged.size();
  };
  std::set<std::string> read;
  {
    std::jthread writer([&](const std::stop_token& stop) {
      for (int next = 1; !stop.stop_requested(); next += 10) {
        const auto done = base::wait<std::vector<bool>>(
            [&](auto d) { kafka.journal().append(numbered(next, next + 9), std::move(d)); });
        const auto records = numbered(next, next + 9);
        const std::scoped_lock lock(mutex);
        for (std::size_t i = 0; done && i < records.size(); ++i) {
          if ((*done)[i]) acknowledged.insert(records[i].value);
        }
      }
    });
    ASSERT_TRUE(eventually([&] { return count() > kEnough; }));
    stack_.kill("kafka");
    EXPECT_TRUE(eventually([&] { return !kafka.producer().ready().empty(); }));
    ASSERT_EQ(stack_.up("kafka"), port);
    EXPECT_TRUE(eventually([&] { return kafka.producer().ready().empty(); })) << kafka.producer().ready();
    const auto before = count();
    ASSERT_TRUE(eventually([&] { return count() > before + kEnough; }));
  }
  const auto reader = kafka.reader();
  EXPECT_TRUE(eventually([&] {
    const auto some = reader->poll(1'000, 100);
    if (some) read.merge(values_of(*some));
    return std::ranges::includes(read, acknowledged);
  })) << acknowledged.size()
      << " acknowledged, " << read.size() << " read";
  kafka.end();
}

TEST_F(KafkaOutage, A_reader_reports_the_outage_and_goes_on_behind_its_commits) {
  const auto port = stack_.up("kafka");
  KafkaJournals kafka(port);
  append_all(kafka.journal(), numbered(1, 100));
  auto config = kafka.config();
  config.request_timeout_ms = 1'000;
  auto consumer = net::kafka::Consumer::open(config, consumer_config(kafka.topic(), "ledger"), kafka.metrics());
  journal::KafkaJournalReader reader(std::move(*consumer));
  const auto got = take(reader, 100);
  const auto all = behind(got);
  ASSERT_TRUE(reader.commit({*all.begin()})) << "one partition only";
  stack_.down("kafka");

  EXPECT_TRUE(eventually([&] {
    const auto polled = reader.poll(10, 100);
    return !polled && polled.error().retryable;
  }));
  EXPECT_FALSE(reader.commit(all)) << "not stored, and says so";
  EXPECT_FALSE(reader.end());

  ASSERT_EQ(stack_.up("kafka"), port);
  append_all(kafka.journal(), numbered(101, 150));
  std::set<std::string> again;
  EXPECT_TRUE(eventually([&] {
    const auto polled = reader.poll(10, 100);
    if (polled) again.merge(values_of(*polled));
    return std::ranges::includes(again, [] {
      std::set<std::string> fresh;
      for (const auto& record : numbered(101, 150)) fresh.insert(record.value);
      return fresh;
    }());
  }));
  // The commit that failed may have been stored after all: then, and only then, its records do not come again.
  const auto done = reader.committed().value();
  for (const auto& record : got) {
    EXPECT_TRUE(again.contains(record.value) || record.offset < done.at(record.partition)) << record.value;
  }
  kafka.end();
}

TEST_F(KafkaOutage, A_broker_that_comes_later_is_found) {
  const auto port = stack_.up("kafka");
  const auto config = kafka_config(port);
  const auto topic = unique_word();
  create_topic(config, topic);
  stack_.down("kafka");

  base::Metrics metrics;
  base::InlineExecutor executor;
  KafkaReports reports;
  const auto producer = net::kafka::Producer::open(config, producer_config(), {topic}, metrics).value();
  EXPECT_TRUE(eventually([&] { return producer->ready().find("brokers") != std::string::npos; }));
  journal::KafkaJournal journal(*producer, executor, topic);
  journal.append(numbered(1, 10), reports.next());
  ASSERT_EQ(stack_.up("kafka"), port);
  EXPECT_TRUE(eventually([&] { return producer->ready().empty(); })) << producer->ready();
  // What was taken before the broker came went out with it, or was reported as failed.
  ASSERT_EQ(reports.wait(1).size(), 1U);
  append_all(journal, numbered(11, 20));
  producer->stop();
}

TEST_F(KafkaOutage, A_full_queue_takes_nothing_and_what_it_took_arrives) {
  auto settings = producer_config();
  settings.queue_records_max = 100;
  KafkaJournals kafka(stack_.up("kafka"), true, settings);
  append_all(kafka.journal(), numbered(1, 10));
  stand_still();
  KafkaReports taken;
  for (int i = 0; i < 9; ++i) kafka.journal().append(numbered(100 + i * 10, 109 + i * 10), taken.next());
  KafkaReports refused;
  kafka.journal().append(numbered(900, 919), refused.next());
  const auto refusal = refused.wait(1);
  ASSERT_EQ(refusal.size(), 1U);
  ASSERT_FALSE(refusal[0]);
  EXPECT_EQ(refusal[0].error().code, Errc::kBusy);
  EXPECT_EQ(kafka.producer().in_flight(), 90);
  kafka.journal().append(numbered(190, 199), taken.next());
  EXPECT_EQ(kafka.producer().in_flight(), 100) << "there was room for ten";
  go_on();
  const auto all = taken.wait(10);
  ASSERT_EQ(all.size(), 10U);
  for (const auto& one : all) EXPECT_TRUE(one);
  append_all(kafka.journal(), numbered(200, 200));
  const auto found = values_of(take(*kafka.reader(), 111));
  EXPECT_EQ(found.size(), 111U);
  EXPECT_FALSE(found.contains("v0000900"));
  EXPECT_FALSE(found.contains("v0000919"));
  kafka.end();
}

}  // namespace
}  // namespace coupon::test
