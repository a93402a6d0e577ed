#include "integration/kafka_topic.hpp"

#include <fmt/format.h>
#include <iostream>
#include <librdkafka/rdkafka.h>
#include <memory>
#include <stdexcept>

namespace coupon::test {

namespace {

// Servers of tests share two cores with everything else.
constexpr std::int64_t kRequestTimeoutMs = 30'000;
constexpr std::int64_t kMessageTimeoutMs = 30'000;
constexpr std::int64_t kHeartbeatMs = 100;
constexpr std::int64_t kCheckMs = 50;
constexpr std::int64_t kRefreshMs = 500;

}  // namespace

net::kafka::Config kafka_config(std::uint16_t port) {
  return {.brokers = fmt::format("127.0.0.1:{}", port),
          .properties = {{"topic.metadata.propagation.max.ms", "500"}},
          .client_id = "coupon-test",
          .request_timeout_ms = kRequestTimeoutMs,
          .reconnect_max_ms = 100,
          .refresh_ms = kRefreshMs};
}

net::kafka::ProducerConfig producer_config() {
  net::kafka::ProducerConfig config;
  config.message_timeout_ms = kMessageTimeoutMs;
  config.check_ms = kCheckMs;
  return config;
}

net::kafka::ConsumerConfig consumer_config(const std::string& topic, const std::string& group) {
  net::kafka::ConsumerConfig config;
  config.topic = topic;
  config.group = group;
  config.heartbeat_ms = kHeartbeatMs;
  return config;
}

void create_topic(const net::kafka::Config& config, const std::string& name, std::int32_t partitions) {
  const auto admin = net::kafka::Admin::open(config);
  if (!admin) throw std::runtime_error(admin.error().message);
  const auto done = (*admin)->create({.name = name, .partitions = partitions});
  if (!done) throw std::runtime_error(done.error().message);
}

void remove_topic(const net::kafka::Config& config, const std::string& name) {
  const auto admin = net::kafka::Admin::open(config);
  if (!admin) return;
  if (const auto done = (*admin)->remove(name); !done) std::cerr << done.error().message << '\n';
}

void delete_records(const net::kafka::Config& config, const std::string& name, std::int32_t partition,
                    std::int64_t offset) {
  auto* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", config.brokers.c_str(), nullptr, 0);
  const std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0),
                                                                  rd_kafka_destroy);
  const std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)> list(
      rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(list.get(), name.c_str(), partition)->offset = offset;
  const std::unique_ptr<rd_kafka_DeleteRecords_t, void (*)(rd_kafka_DeleteRecords_t*)> deletion(
      rd_kafka_DeleteRecords_new(list.get()), rd_kafka_DeleteRecords_destroy);
  const std::unique_ptr<rd_kafka_queue_t, void (*)(rd_kafka_queue_t*)> queue(rd_kafka_queue_new(client.get()),
                                                                             rd_kafka_queue_destroy);
  auto* raw = deletion.get();
  rd_kafka_DeleteRecords(client.get(), &raw, 1, nullptr, queue.get());
  const std::unique_ptr<rd_kafka_event_t, void (*)(rd_kafka_event_t*)> event(
      rd_kafka_queue_poll(queue.get(), kRequestTimeoutMs), rd_kafka_event_destroy);
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error("records were not deleted");
  }
}

}  // namespace coupon::test
