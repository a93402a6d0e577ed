#include "net/kafka/rdkafka.hpp"

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "base/log.hpp"

namespace coupon::net::kafka {

namespace {

constexpr std::chrono::seconds kEndWait(5);

constexpr std::chrono::seconds kLeaveWait(3);
constexpr int kLeavePollMs = 50;

}  // namespace

void close_consumer(rd_kafka_t* client) {
  const Queue queue(rd_kafka_queue_get_consumer(client));
  const Failure failure(rd_kafka_consumer_close_queue(client, queue.get()));
  if (failure) return base::log::warn("kafka: {}: {}", rd_kafka_name(client), rd_kafka_error_string(failure.get()));
  const auto until = std::chrono::steady_clock::now() + kLeaveWait;
  while (rd_kafka_consumer_closed(client) == 0 && std::chrono::steady_clock::now() < until) {
    const Message unread(rd_kafka_consumer_poll(client, kLeavePollMs));
  }
  if (rd_kafka_consumer_closed(client) == 0) {
    base::log::warn("kafka: {}: the group does not answer: it will miss this member after the session timeout",
                    rd_kafka_name(client));
  }
}

void end_client(rd_kafka_t* client) {
  const std::string name = rd_kafka_name(client);
  std::promise<void> ended;
  const auto end = ended.get_future();
  std::thread([client, ended = std::move(ended)]() mutable {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);  // close_consumer() did what could be done
    ended.set_value();
  }).detach();
  if (end.wait_for(kEndWait) != std::future_status::ready) {
    base::log::warn("kafka: {}: its threads do not end: left behind", name);
  }
}

}  // namespace coupon::net::kafka
