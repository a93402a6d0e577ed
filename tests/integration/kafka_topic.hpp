#pragma once
// What tests over a real broker share: settings that make waits short, and a topic of a test's own.

#include <cstdint>
#include <string>

#include "net/kafka/admin.hpp"
#include "net/kafka/consumer.hpp"
#include "net/kafka/producer.hpp"

namespace coupon::test {

inline constexpr std::int32_t kTopicPartitions = 3;

[[nodiscard]] net::kafka::Config kafka_config(std::uint16_t port);
[[nodiscard]] net::kafka::ProducerConfig producer_config();
[[nodiscard]] net::kafka::ConsumerConfig consumer_config(const std::string& topic, const std::string& group);

/// Throws when it cannot be made.
void create_topic(const net::kafka::Config& config, const std::string& name,
                  std::int32_t partitions = kTopicPartitions);
/// Best effort: the broker may be gone, with everything in it.
void remove_topic(const net::kafka::Config& config, const std::string& name);
/// As retention does: what lies before `offset` is gone. Throws when it cannot be done.
void delete_records(const net::kafka::Config& config, const std::string& name, std::int32_t partition,
                    std::int64_t offset);

}  // namespace coupon::test
