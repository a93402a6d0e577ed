#include "net/kafka/watch.hpp"

#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "base/log.hpp"
#include "net/kafka/error.hpp"
#include "net/kafka/offsets.hpp"

namespace coupon::net::kafka {

Watch::Watch(rd_kafka_t* client, std::vector<rd_kafka_topic_t*> topics, std::int64_t check_ms, std::int64_t timeout_ms)
    : client_(client), topics_(std::move(topics)), check_ms_(check_ms), timeout_ms_(timeout_ms), thread_([this] {
        loop();
      }) {}

void Watch::end() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string Watch::reason() const {
  const std::scoped_lock lock(mutex_);
  return reason_;
}

void Watch::complain(rd_kafka_resp_err_t code, const char* text) {
  const bool credentials = code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL;
  if (!credentials && code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
  const std::scoped_lock lock(mutex_);
  // A wrong password also takes all brokers down: the cause is worth more than the effect.
  if (credentials || complaint_.empty()) complaint_ = error_of(code, text).message;
  if (reason_.empty()) reason_ = complaint_;
}

void Watch::loop() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    store(look());
    lock.lock();
    wake_.wait_for(lock, std::chrono::milliseconds(check_ms_), [this] { return ending_; });
  }
}

std::string Watch::look() const {
  for (auto* const topic : topics_) {
    const auto found = partitions_of(client_, topic, timeout_ms_);
    if (!found) return found.error().message;
  }
  return {};
}

void Watch::store(std::string reason) {
  const std::scoped_lock lock(mutex_);
  if (reason.empty()) {
    complaint_.clear();
  } else if (!complaint_.empty()) {
    reason += "; " + complaint_;
  }
  if (reason == reason_) return;
  if (reason.empty()) {
    base::log::info("kafka: ready");
  } else {
    base::log::warn("kafka: not ready: {}", reason);
  }
  reason_ = std::move(reason);
}

}  // namespace coupon::net::kafka
