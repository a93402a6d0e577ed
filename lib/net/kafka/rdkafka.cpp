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

}  // namespace

void end_client(rd_kafka_t* client) {
  const std::string name = rd_kafka_name(client);
  std::promise<void> ended;
  const auto end = ended.get_future();
  std::thread([client, ended = std::move(ended)]() mutable {
    rd_kafka_destroy(client);
    ended.set_value();
  }).detach();
  if (end.wait_for(kEndWait) != std::future_status::ready) {
    base::log::warn("kafka: {}: its threads do not end: left behind", name);
  }
}

}  // namespace coupon::net::kafka
