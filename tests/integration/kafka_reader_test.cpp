// Reading: positions, and how members of a group share partitions.

#include <atomic>
#include <gmock/gmock.h>
#include <mutex>
#include <thread>

#include "integration/kafka_fixture.hpp"
#include "support/process.hpp"
#include "support/stack.hpp"

namespace coupon::test {
namespace {

std::int64_t lag_of(JournalReader& reader) { return lag_between(reader.committed().value(), reader.end().value()); }

class KafkaReaderTest : public ::testing::Test {
 protected:
  [[nodiscard]] double lost() {
    return kafka_.metrics()
        .counter("kafka_lost_records_total", "Records that were deleted before the group read them")
        .value();
  }
  KafkaJournals kafka_{shared_stack().up("kafka")};
};

TEST_F(KafkaReaderTest, An_observer_sees_all_partitions_without_joining) {
  const auto member = kafka_.reader();
  append_all(kafka_.journal(), numbered(1, 30));
  const auto got = take(*member, 30);
  const auto observer = kafka_.reader();
  EXPECT_EQ(observer->end().value().size(), static_cast<std::size_t>(kTopicPartitions));
  EXPECT_EQ(lag_of(*observer), 30);
  ASSERT_TRUE(member->commit(behind(got)));
  EXPECT_EQ(lag_of(*observer), 0);
  // Had it joined, partitions would have been taken away, and these be delivered to nobody.
  append_all(kafka_.journal(), numbered(31, 60));
  EXPECT_EQ(values_of(take(*member, 30)).size(), 30U);
}

TEST_F(KafkaReaderTest, A_rewind_delivers_again_what_was_not_committed_of_every_partition) {
  append_all(kafka_.journal(), numbered(1, 300));
  const auto reader = kafka_.reader();
  const auto first = take(*reader, 100, 100);
  ASSERT_TRUE(reader->commit(behind(first)));
  for (int again = 0; again < 3; ++again) {
    auto rest = values_of(take(*reader, 300 - first.size(), 40));
    EXPECT_EQ(rest.size(), 300 - first.size());
    rest.merge(values_of(first));
    EXPECT_EQ(rest.size(), 300U) << "nothing that was committed came again";
    ASSERT_TRUE(reader->rewind());
  }
}

TEST_F(KafkaReaderTest, A_rewind_before_anything_was_committed_starts_again) {
  append_all(kafka_.journal(), numbered(1, 20));
  const auto reader = kafka_.reader();
  ASSERT_TRUE(reader->rewind()) << "before the first poll there is nothing to go back to";
  EXPECT_EQ(take(*reader, 20).size(), 20U);
  ASSERT_TRUE(reader->rewind());
  EXPECT_EQ(take(*reader, 20).size(), 20U);
}

TEST_F(KafkaReaderTest, A_commit_of_another_members_partition_is_passed_over) {
  append_all(kafka_.journal(), numbered(1, 30));
  const auto member = kafka_.reader();
  const auto got = take(*member, 30);
  const auto outsider = kafka_.reader();
  ASSERT_TRUE(outsider->commit(behind(got)));
  EXPECT_EQ(lag_of(*outsider), 30);
  ASSERT_TRUE(member->commit(behind(got)));
  ASSERT_TRUE(outsider->commit({{0, 0}, {1, 0}, {2, 0}}));
  EXPECT_EQ(lag_of(*outsider), 0);
}

TEST_F(KafkaReaderTest, Records_deleted_unread_are_counted_and_do_not_hold_the_lag_for_ever) {
  std::vector<JournalRecord> records;
  for (int i = 0; i < 10; ++i) records.push_back({"m1", std::to_string(i), {}});
  append_all(kafka_.journal(), records);
  std::int32_t partition = 0;
  {
    const auto reader = kafka_.reader();
    const auto got = reader->poll(3, 20'000).value();
    ASSERT_EQ(got.size(), 3U);
    partition = got[0].partition;
    ASSERT_TRUE(reader->commit(behind(got)));
  }
  delete_records(kafka_.config(), kafka_.topic(), partition, 7);
  const auto successor = kafka_.reader();
  EXPECT_EQ(successor->committed().value().at(partition), 7);
  EXPECT_EQ(lost(), 4);
  EXPECT_EQ(lag_of(*successor), 3);
  EXPECT_EQ(lost(), 4) << "counted once";
  const auto rest = take(*successor, 3);
  ASSERT_EQ(rest.size(), 3U);
  EXPECT_EQ(rest[0].offset, 7);
  ASSERT_TRUE(successor->commit(behind(rest)));
  EXPECT_EQ(lag_of(*successor), 0);
}

TEST_F(KafkaReaderTest, Records_deleted_before_the_reader_got_to_them_are_counted) {
  append_all(kafka_.journal(), {{"m1", "0", {}}});
  const auto reader = kafka_.reader();
  const auto got = take(*reader, 1);
  ASSERT_TRUE(reader->commit(behind(got)));
  ASSERT_EQ(lost(), 0);
  const auto partition = got.at(0).partition;
  append_all(kafka_.journal(), {{"m1", "1", {}}, {"m1", "2", {}}});
  delete_records(kafka_.config(), kafka_.topic(), partition, 2);
  // What was fetched ahead may still come; a reader that starts anew sees the gap.
  const auto successor = kafka_.reader();
  EXPECT_EQ(lag_of(*successor), 1);
  EXPECT_EQ(lost(), 1);
}

TEST_F(KafkaReaderTest, Members_of_a_group_share_and_the_rest_take_over_from_one_that_ends) {
  constexpr int kRecords = 600;
  std::mutex mutex;
  std::set<std::string> committed;
  std::array<std::set<std::int32_t>, 2> partitions;
  std::atomic<bool> first_ends{false};
  std::atomic<bool> all_done{false};

  const auto member = [&](std::size_t number, const std::atomic<bool>& end) {
    const auto reader = kafka_.reader();
    while (!end) {
      const auto some = reader->poll(10, 50).value();
      if (some.empty()) continue;
      // The one that ends takes records with it that it never commits.
      if (end) return;
      ASSERT_TRUE(reader->commit(behind(some)));
      const std::scoped_lock lock(mutex);
      committed.merge(values_of(some));
      for (const auto& record : some) partitions[number].insert(record.partition);
    }
  };
  std::jthread first([&] { member(0, first_ends); });
  std::jthread second([&] { member(1, all_done); });
  const auto both_read = [&] {
    const std::scoped_lock lock(mutex);
    return !partitions[0].empty() && !partitions[1].empty();
  };
  int next = 1;
  EXPECT_TRUE(eventually([&] {
    append_all(kafka_.journal(), numbered(next, next + 9));
    next += 10;
    return both_read();
  }));
  first_ends = true;
  append_all(kafka_.journal(), numbered(next, next + kRecords - 1));
  const auto last = next + kRecords - 1;
  EXPECT_TRUE(eventually([&] {
    const std::scoped_lock lock(mutex);
    return committed.size() == static_cast<std::size_t>(last);
  }));
  all_done = true;
  first.join();
  second.join();
  EXPECT_EQ(partitions[1].size(), static_cast<std::size_t>(kTopicPartitions)) << "the second has all in the end";
  EXPECT_EQ(lag_of(*kafka_.reader()), 0);
}

TEST_F(KafkaReaderTest, A_storm_of_members_that_come_and_go_loses_nothing) {
  constexpr int kRecords = 2'000;
  constexpr int kLives = 8;
  append_all(kafka_.journal(), numbered(1, kRecords));
  std::mutex mutex;
  std::set<std::string> committed;
  const auto read_some = [&](JournalReader& reader) {
    const auto some = reader.poll(50, 50).value();
    ASSERT_TRUE(reader.commit(behind(some)));
    const std::scoped_lock lock(mutex);
    committed.merge(values_of(some));
  };
  const auto complete = [&] {
    const std::scoped_lock lock(mutex);
    return committed.size() == kRecords;
  };
  {
    std::jthread restless([&] {
      for (int life = 0; life < kLives && !complete(); ++life) {
        const auto reader = kafka_.reader();
        for (int i = 0; i < 4; ++i) read_some(*reader);
      }
    });
    const auto steady = kafka_.reader();
    EXPECT_TRUE(eventually([&] {
      read_some(*steady);
      return complete();
    }));
  }
  EXPECT_EQ(lag_of(*kafka_.reader()), 0);
}

}  // namespace
}  // namespace coupon::test
