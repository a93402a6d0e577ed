#pragma once
// Internal: what a producer has taken and not reported: its bounds, and the way of each report to its executor.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "net/kafka/producer.hpp"
#include "net/kafka/rdkafka.hpp"

namespace coupon::net::kafka {

struct Batch;

/// Identifies a record to librdkafka, as its opaque pointer.
struct Slot {
  Batch* batch = nullptr;
};

/// The records of one send. Owned by whoever settles its last record.
struct Batch {
  Batch(std::size_t count, std::int64_t size, base::Executor& target, Producer::Done completion);

  base::Executor& executor;
  Producer::Done done;
  std::int64_t bytes;
  std::vector<char> acknowledged;  // not vector<bool>: neighbours are written by different threads
  std::vector<Slot> slots;
  std::atomic<std::size_t> left;
  std::atomic<rd_kafka_resp_err_t> error{RD_KAFKA_RESP_ERR_NO_ERROR};
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

[[nodiscard]] std::int64_t bytes_of(const std::vector<Record>& records);

/// Thread-safe.
class Deliveries {
 public:
  Deliveries(const ProducerConfig& config, base::Metrics& metrics);

  /// Makes room for all records or for none.
  [[nodiscard]] base::Result<> reserve(std::size_t records, std::int64_t bytes);
  /// kBusy when there is no room for another record.
  [[nodiscard]] base::Result<> room() const;
  /// From now on reserve refuses.
  void close();
  [[nodiscard]] std::int64_t in_flight() const;

  /// What became of a record. The batch whose last one it was is ready to be handed out.
  void settle(Slot& slot, rd_kafka_resp_err_t code);
  /// Posts what is ready, once per executor.
  void hand_out();
  /// Empty, or why records failed lately, with none acknowledged since.
  [[nodiscard]] std::string failing() const;

 private:
  using Ready = std::vector<std::unique_ptr<Batch>>;
  void account(const Batch& batch, std::size_t acknowledged);
  [[nodiscard]] Ready take_ready();

  const std::int64_t records_max_;
  const std::int64_t bytes_max_;
  base::Counter produced_;
  base::Counter failed_;
  base::Counter refused_;
  base::Gauge queued_;
  base::Distribution ack_seconds_;

  mutable std::mutex mutex_;
  bool closed_ = false;
  std::int64_t records_ = 0;
  std::int64_t bytes_ = 0;
  Ready ready_;
  rd_kafka_resp_err_t last_failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::chrono::steady_clock::time_point failed_at_;
};

}  // namespace coupon::net::kafka
