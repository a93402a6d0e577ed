// Topics as the operator's commands make and show them.

#include <gmock/gmock.h>

#include "integration/kafka_fixture.hpp"
#include "support/stack.hpp"

namespace coupon::test {
namespace {

using base::Errc;

class KafkaAdminTest : public ::testing::Test {
 protected:
  KafkaJournals kafka_{shared_stack().up("kafka")};
  std::unique_ptr<net::kafka::Admin> admin_ = net::kafka::Admin::open(kafka_.config()).value();
};

TEST_F(KafkaAdminTest, A_topic_is_made_as_planned) {
  const auto name = unique_word();
  ASSERT_TRUE(admin_->create({.name = name, .partitions = 5, .retention_ms = 86'400'000}));
  const auto state = admin_->describe(name).value();
  ASSERT_EQ(state.partitions.size(), 5U);
  for (const auto& one : state.partitions) {
    EXPECT_EQ(one.leader, 1);
    EXPECT_EQ(one.replicas, 1);
    EXPECT_EQ(one.in_sync, 1);
  }
  EXPECT_EQ(state.configs.at("cleanup.policy"), "delete");
  EXPECT_EQ(state.configs.at("retention.ms"), "86400000");
  EXPECT_EQ(state.configs.at("min.insync.replicas"), "1");
  EXPECT_EQ(state.configs.at("unclean.leader.election.enable"), "false");
  ASSERT_TRUE(admin_->remove(name));
}

TEST_F(KafkaAdminTest, A_topic_that_exists_is_a_conflict) {
  const auto again = admin_->create({.name = kafka_.topic()});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::kConflict);
}

TEST_F(KafkaAdminTest, More_replicas_than_brokers_is_a_mistake_that_says_so) {
  const auto refused = admin_->create({.name = unique_word(), .replication = 3});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("eplication"));
}

TEST_F(KafkaAdminTest, A_topic_that_is_not_there_is_not_found) {
  const auto missing = unique_word();
  EXPECT_EQ(admin_->describe(missing).error().code, Errc::kNotFound);
  EXPECT_EQ(admin_->lag(missing, "ledger").error().code, Errc::kNotFound);
  EXPECT_EQ(admin_->remove(missing).error().code, Errc::kNotFound);
}

TEST_F(KafkaAdminTest, Lag_tells_a_group_that_never_committed_from_one_that_did) {
  append_all(kafka_.journal(), numbered(1, 30));
  const auto sum = [](const std::vector<net::kafka::PartitionLag>& lags) {
    std::int64_t behind = 0;
    for (const auto& one : lags) behind += one.end - one.committed.value_or(one.low);
    return behind;
  };
  const auto before = admin_->lag(kafka_.topic(), kafka_.group("ledger")).value();
  ASSERT_EQ(before.size(), static_cast<std::size_t>(kTopicPartitions));
  for (const auto& one : before) EXPECT_FALSE(one.committed);
  EXPECT_EQ(sum(before), 30);
  const auto reader = kafka_.reader();
  ASSERT_TRUE(reader->commit(behind(take(*reader, 30))));
  EXPECT_EQ(sum(admin_->lag(kafka_.topic(), kafka_.group("ledger")).value()), 0);
}

}  // namespace
}  // namespace coupon::test
