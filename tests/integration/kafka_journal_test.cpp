// Writing: order, headers, partitions and acknowledgements on the real broker.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "integration/kafka_fixture.hpp"
#include "support/kafka_reports.hpp"
#include "support/process.hpp"
#include "support/stack.hpp"

namespace coupon::test {
namespace {

using ::testing::HasSubstr;

class KafkaJournalTest : public ::testing::Test {
 protected:
  KafkaJournals kafka_{shared_stack().up("kafka")};
};

TEST_F(KafkaJournalTest, Each_keys_records_stay_in_one_partition_and_in_order) {
  constexpr int kKeys = 20;
  constexpr int kRounds = 25;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<JournalRecord> records;
    for (int key = 0; key < kKeys; ++key) {
      records.push_back({fmt::format("k{}", key), fmt::format("k{} {:03}", key, round), {}});
    }
    append_all(kafka_.journal(), std::move(records));
  }
  const auto reader = kafka_.reader();
  std::map<std::string, std::vector<std::string>> by_key;
  std::map<std::string, std::set<std::int32_t>> partitions;
  std::set<std::int32_t> used;
  for (const auto& record : take(*reader, kKeys * kRounds, 77)) {
    by_key[record.key].push_back(record.value);
    partitions[record.key].insert(record.partition);
    used.insert(record.partition);
  }
  ASSERT_EQ(by_key.size(), static_cast<std::size_t>(kKeys));
  for (const auto& [key, values] : by_key) {
    EXPECT_EQ(values.size(), static_cast<std::size_t>(kRounds));
    EXPECT_TRUE(std::ranges::is_sorted(values)) << key;
    EXPECT_EQ(partitions[key].size(), 1U) << key;
  }
  EXPECT_EQ(used.size(), static_cast<std::size_t>(kTopicPartitions)) << "keys spread";
}

TEST_F(KafkaJournalTest, A_key_goes_where_other_clients_would_send_it) {
  // Murmur2 as Java's client has it: 0x7fffffff & hash, modulo 3.
  append_all(kafka_.journal(), {{"21", "0", {}}, {"a-little-bit-long-string", "2", {}}, {"abc", "0", {}}});
  for (const auto& record : take(*kafka_.reader(), 2)) EXPECT_EQ(record.value, fmt::format("{}", record.partition));
}

TEST_F(KafkaJournalTest, Other_tools_see_key_headers_and_value) {
  append_all(kafka_.journal(), {{"m1", R"({"v":1})", {{"code", "FLASH"}, {"epoch", "3"}}}});
  const auto seen =
      run({"kcat", "-q", "-C", "-e", "-b", kafka_.config().brokers, "-t", kafka_.topic(), "-f", "%k|%h|%s"});
  EXPECT_EQ(seen.code, 0) << seen.err;
  EXPECT_EQ(seen.out, R"(m1|code=FLASH,epoch=3|{"v":1})");
}

TEST_F(KafkaJournalTest, Thousands_in_flight_are_all_acknowledged_and_all_there) {
  constexpr int kBatches = 400;
  constexpr int kBatch = 25;
  KafkaReports reports;
  for (int i = 0; i < kBatches; ++i) {
    kafka_.journal().append(numbered(i * kBatch, i * kBatch + kBatch - 1), reports.next());
  }
  const auto all = reports.wait(kBatches);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kBatches));
  for (const auto& one : all) {
    ASSERT_TRUE(one);
    ASSERT_EQ(*one, std::vector<bool>(kBatch, true));
  }
  const auto got = take(*kafka_.reader(), kBatches * kBatch);
  EXPECT_EQ(got.size(), static_cast<std::size_t>(kBatches * kBatch)) << "none twice";
  EXPECT_EQ(values_of(got).size(), static_cast<std::size_t>(kBatches * kBatch));
  EXPECT_EQ(kafka_.producer().in_flight(), 0);
}

TEST_F(KafkaJournalTest, A_stop_waits_for_what_is_in_flight) {
  KafkaReports reports;
  for (int i = 0; i < 50; ++i) kafka_.journal().append(numbered(i * 10, i * 10 + 9), reports.next());
  kafka_.producer().stop();
  const auto all = reports.wait(50);
  ASSERT_EQ(all.size(), 50U);
  for (const auto& one : all) EXPECT_TRUE(one);
}

TEST_F(KafkaJournalTest, A_record_that_the_broker_refuses_fails_alone) {
  ASSERT_TRUE(eventually([&] { return kafka_.producer().ready().empty(); }));
  auto records = numbered(1, 3);
  records[1].value.assign(2'000'000, 'x');
  const auto done =
      base::wait<std::vector<bool>>([&](auto d) { kafka_.journal().append(std::move(records), std::move(d)); });
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, (std::vector<bool>{true, false, true}));
  const auto alone = base::wait<std::vector<bool>>(
      [&](auto d) { kafka_.journal().append({{"m", std::string(2'000'000, 'x'), {}}}, std::move(d)); });
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, base::Errc::kInvalid);
  EXPECT_EQ(kafka_.producer().ready(), "") << "no fault of the brokers";
}

TEST_F(KafkaJournalTest, It_is_ready_once_it_has_found_its_topic) {
  EXPECT_TRUE(eventually([&] { return kafka_.producer().ready().empty(); })) << kafka_.producer().ready();
}

TEST(KafkaMissingTopic, Both_sides_name_the_remedy_and_go_on_once_it_is_there) {
  KafkaJournals kafka(shared_stack().up("kafka"), false);
  const auto reader = kafka.reader();
  const auto names_remedy = [](const std::string& text) { return text.find("topics create") != std::string::npos; };

  EXPECT_TRUE(eventually([&] { return names_remedy(kafka.producer().ready()); })) << kafka.producer().ready();
  EXPECT_TRUE(eventually([&] {
    const auto polled = reader->poll(1, 100);
    return !polled && polled.error().code == base::Errc::kNotFound && names_remedy(polled.error().message);
  }));
  const auto end = reader->end();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, base::Errc::kNotFound);
  const auto early =
      base::wait<std::vector<bool>>([&](auto d) { kafka.journal().append(numbered(1, 1), std::move(d)); });
  ASSERT_FALSE(early);
  EXPECT_THAT(early.error().message, HasSubstr("topics create"));

  kafka.create();
  EXPECT_TRUE(eventually([&] { return kafka.producer().ready().empty(); })) << kafka.producer().ready();
  append_all(kafka.journal(), numbered(2, 2));
  EXPECT_TRUE(eventually([&] {
    const auto polled = reader->poll(1, 100);
    return polled && !polled->empty() && polled->front().value == "v0000002";
  }));
}

}  // namespace
}  // namespace coupon::test
