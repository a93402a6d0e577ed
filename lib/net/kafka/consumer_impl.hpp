#pragma once
// Internal: the state of a Consumer. consumer.cpp polls and commits, consumer_group.cpp follows the group.

#include <map>
#include <set>
#include <vector>

#include "net/kafka/consumer.hpp"
#include "net/kafka/position.hpp"
#include "net/kafka/rdkafka.hpp"

namespace coupon::net::kafka {

struct Consumer::Impl {
  Impl(const Config& cluster, const ConsumerConfig& chosen, base::Metrics& metrics);
  ~Impl();

  [[nodiscard]] base::Result<> open();
  [[nodiscard]] base::Result<> join();
  [[nodiscard]] base::Result<> prepare_poll();
  [[nodiscard]] base::Result<> gather(std::size_t limit, std::int64_t wait_ms);
  void take(const rd_kafka_message_t& message);
  [[nodiscard]] base::Result<> digest_error(const rd_kafka_message_t& message);
  /// An empty batch is believed only if nothing was wrong since the last one that was.
  [[nodiscard]] base::Result<> doubt_emptiness();

  [[nodiscard]] base::Result<> send_commit(const Offsets& wanted);
  [[nodiscard]] base::Result<> digest_commit(const rd_kafka_event_t& event, const Offsets& wanted);

  void assign(rd_kafka_topic_partition_list_t& partitions);
  void revoke();
  [[nodiscard]] base::Result<> load_floors(const std::vector<std::int32_t>& partitions);
  [[nodiscard]] base::Result<> go_back();
  [[nodiscard]] base::Result<> let_go();
  [[nodiscard]] base::Result<std::map<std::int32_t, Position>> positions(const std::vector<std::int32_t>& partitions);
  void report(std::int32_t partition, const Position& position, std::int64_t committed);
  void report_gap(std::int32_t partition, std::int64_t expected, std::int64_t found);
  [[nodiscard]] std::vector<std::int32_t> assigned() const;

  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                           void* self);
  static void on_error(rd_kafka_t* client, int code, const char* text, void* self);

  const Config config;
  const ConsumerConfig settings;
  base::Counter lost;
  base::Counter passed_over;
  base::Counter rebalances;

  Client client;
  Topic topic;
  bool joined = false;
  bool suspicious = false;  // something was reported: see doubt_emptiness
  bool topic_was_missing = false;
  bool going_back = false;  // a rewind is to be done before the next record is delivered
  bool floors_known = true;
  Offsets floors;  // of the assigned partitions: where they go on after a rewind
  std::set<std::int32_t> held;
  Offsets next;      // of the assigned partitions: what poll expects
  Offsets reported;  // losses that were reported, by the first offset that is still there
  std::vector<Received> gathered;
};

}  // namespace coupon::net::kafka
