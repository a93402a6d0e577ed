#include "net/kafka/config.hpp"

#include <gmock/gmock.h>

#include "net/kafka/consumer.hpp"
#include "net/kafka/producer.hpp"

namespace coupon::net::kafka {
namespace {

using base::Errc;
using ::testing::HasSubstr;
using ::testing::Not;

base::Error refusal(const Config& config) {
  base::Metrics metrics;
  const auto producer = Producer::open(config, {}, {"grants"}, metrics);
  EXPECT_FALSE(producer);
  return producer ? base::Error{} : producer.error();
}

TEST(KafkaConfig, What_the_guarantees_rest_on_cannot_be_passed_through) {
  for (const auto* name : {"acks", "enable.auto.commit", "enable.idempotence", "group.id", "auto.offset.reset"}) {
    const auto error = refusal({.brokers = "127.0.0.1:1", .properties = {{name, "1"}}});
    EXPECT_EQ(error.code, Errc::kInvalid);
    EXPECT_THAT(error.message, HasSubstr(name));
  }
  EXPECT_TRUE(check_property("sasl.mechanism"));
}

TEST(KafkaConfig, A_misspelt_property_is_named) {
  const auto error = refusal({.brokers = "127.0.0.1:1", .properties = {{"securty.protocol", "ssl"}}});
  EXPECT_EQ(error.code, Errc::kInvalid);
  EXPECT_THAT(error.message, HasSubstr("securty.protocol"));
}

TEST(KafkaConfig, A_secret_is_never_in_a_message) {
  const auto error = refusal({.brokers = "127.0.0.1:1", .properties = {{"ssl.key.password.typo", "hunter2"}}});
  EXPECT_THAT(error.message, HasSubstr("ssl.key.password.typo"));
  EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
}

TEST(KafkaConfig, Without_a_broker_there_is_no_client) {
  EXPECT_EQ(refusal({}).code, Errc::kInvalid);
  base::Metrics metrics;
  EXPECT_FALSE(Consumer::open({}, {.topic = "grants", .group = "ledger"}, metrics));
}

TEST(KafkaConfig, Tuning_is_passed_through) {
  base::Metrics metrics;
  const Config config{.brokers = "127.0.0.1:1", .properties = {{"batch.num.messages", "100"}}};
  EXPECT_TRUE(Producer::open(config, {}, {"grants"}, metrics));
}

}  // namespace
}  // namespace coupon::net::kafka
