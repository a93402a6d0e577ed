#include "net/kafka/error.hpp"

#include <gmock/gmock.h>

namespace coupon::net::kafka {
namespace {

using base::Errc;
using ::testing::HasSubstr;

TEST(KafkaError, A_missing_topic_names_the_command_that_makes_it) {
  const auto error = error_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic 'grants'");
  EXPECT_EQ(error.code, Errc::kNotFound);
  EXPECT_FALSE(error.retryable);
  EXPECT_THAT(error.message, HasSubstr("topic 'grants'"));
  EXPECT_THAT(error.message, HasSubstr("couponctl topics create"));
}

TEST(KafkaError, Brokers_that_are_down_may_come_back) {
  const auto error = error_of(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "kafka");
  EXPECT_EQ(error.code, Errc::kUnavailable);
  EXPECT_TRUE(error.retryable);
}

TEST(KafkaError, Wrong_credentials_and_missing_rights_need_somebody) {
  const auto credentials = error_of(RD_KAFKA_RESP_ERR__AUTHENTICATION, "kafka");
  EXPECT_FALSE(credentials.retryable);
  EXPECT_THAT(credentials.message, HasSubstr("sasl."));
  const auto rights = error_of(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "kafka");
  EXPECT_FALSE(rights.retryable);
  EXPECT_THAT(rights.message, HasSubstr("right"));
}

TEST(KafkaError, Codes_that_a_caller_decides_by) {
  EXPECT_EQ(error_of(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, "x").code, Errc::kTimeout);
  EXPECT_EQ(error_of(RD_KAFKA_RESP_ERR__QUEUE_FULL, "x").code, Errc::kBusy);
  EXPECT_EQ(error_of(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "x").code, Errc::kInvalid);
  EXPECT_EQ(error_of(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, "x").code, Errc::kConflict);
  EXPECT_TRUE(error_of(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, "x").retryable);
}

TEST(KafkaError, A_commit_that_came_too_late_is_told_from_one_that_failed) {
  EXPECT_TRUE(is_lost_membership(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION));
  EXPECT_TRUE(is_lost_membership(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID));
  EXPECT_FALSE(is_lost_membership(RD_KAFKA_RESP_ERR__TIMED_OUT));
  EXPECT_FALSE(is_lost_membership(RD_KAFKA_RESP_ERR_NO_ERROR));
}

}  // namespace
}  // namespace coupon::net::kafka
