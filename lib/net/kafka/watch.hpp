#pragma once
// Internal: looks again and again whether a producer's topics are there.

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/kafka/rdkafka.hpp"

namespace coupon::net::kafka {

/// Has a thread of its own. Client and topics must outlive it.
class Watch {
 public:
  Watch(rd_kafka_t* client, std::vector<rd_kafka_topic_t*> topics, std::int64_t check_ms, std::int64_t timeout_ms);
  ~Watch() { end(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// No more looks; waits for one that is under way, up to `timeout_ms`. May be called twice, by one thread.
  void end();
  /// Empty when all is well. Thread-safe.
  [[nodiscard]] std::string reason() const;
  /// librdkafka's own complaint: believed at once, until the next look says better. Thread-safe.
  void complain(rd_kafka_resp_err_t code, const char* text);

 private:
  void loop();
  [[nodiscard]] std::string look() const;
  void store(std::string reason);

  rd_kafka_t* client_;
  const std::vector<rd_kafka_topic_t*> topics_;
  const std::int64_t check_ms_;
  const std::int64_t timeout_ms_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::string reason_ = "not connected yet";
  std::string complaint_;
  std::thread thread_;
};

}  // namespace coupon::net::kafka
