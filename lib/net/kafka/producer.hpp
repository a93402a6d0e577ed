#pragma once
// Writes records to topics. What is acknowledged is stored by all replicas in sync (acks=all).
//
// No idempotence: with librdkafka before 2.3 it can end in a fatal error after a disconnect. So a record whose
// acknowledgement was lost may appear twice, and records of one key may change places when a broker fails in between.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "net/kafka/config.hpp"
#include "net/kafka/record.hpp"

namespace coupon::net::kafka {

struct ProducerConfig {
  std::int64_t linger_ms = 1;                       ///< how long a record waits for company; 0 and 2 cost throughput
  std::int64_t message_timeout_ms = 8'000;          ///< after this a record that is not acknowledged has failed
  std::int64_t queue_records_max = 100'000;         ///< taken and not reported yet; above it send answers kBusy
  std::int64_t queue_bytes_max = 64 * 1024 * 1024;  ///< the same, in bytes of keys, values and headers
  std::int64_t check_ms = 1'000;                    ///< between looks at whether brokers and topics are there
  std::int64_t stop_ms = 5'000;                     ///< longest wait for acknowledgements at the end
  std::string compression = "lz4";
};

/// Thread-safe.
class Producer {
 public:
  /// One bool per record: acknowledged.
  using Done = base::Done<std::vector<bool>>;

  /// Does not wait for a broker. `topics` are all that can be sent to; they are looked up at once, so that a first
  /// burst does not wait for it. kInvalid: a setting is wrong. `metrics` must outlive it.
  [[nodiscard]] static base::Result<std::unique_ptr<Producer>> open(const Config& config,
                                                                    const ProducerConfig& settings,
                                                                    const std::vector<std::string>& topics,
                                                                    base::Metrics& metrics);
  /// As stop().
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Never blocks. `done` is posted to `executor` once all records are reported, or refused at once:
  /// kBusy (the queue has no room for all of them) and kInvalid: nothing was taken. Any other Error: none was
  /// acknowledged, and whether one was stored is unknown. The executor must live until then.
  void send(std::string_view topic, const std::vector<Record>& records, base::Executor& executor, Done done);

  /// kBusy when the queue is full at this moment. Thread-safe.
  [[nodiscard]] base::Result<> room() const;
  /// Empty, or the reason why records cannot be stored now: brokers down, topic missing, not authorized, not yet
  /// connected. Follows the cluster by itself within about `check_ms`. Does not block.
  [[nodiscard]] std::string ready() const;
  /// Taken and not reported yet.
  [[nodiscard]] std::int64_t in_flight() const;

  /// Waits up to `stop_ms` for acknowledgements, then ends what is left with an Error. Every `done` is posted when it
  /// returns; later sends are refused. Blocks; may be called twice, by one thread.
  void stop();

 private:
  struct Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::net::kafka
