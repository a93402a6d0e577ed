#pragma once
// Reads one topic for one consumer group. Partitions are shared with the group's other members; a record is delivered
// again until its offset is committed.
//
// It joins the group with the first poll: until then it only observes (end, committed) and disturbs nobody.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/kafka/config.hpp"
#include "net/kafka/record.hpp"

namespace coupon::net::kafka {

struct ConsumerConfig {
  std::string topic;
  std::string group;
  std::int64_t session_timeout_ms = 10'000;     ///< a member that is silent this long loses its partitions
  std::int64_t heartbeat_ms = 1'000;            ///< also how soon a member learns that another one came or left
  std::int64_t poll_interval_max_ms = 600'000;  ///< longest time between two polls, as for one ledger transaction
  std::int64_t fetch_wait_ms = 100;             ///< how long a broker holds an empty answer back
  std::int64_t prefetch_bytes_max = 16 * 1024 * 1024;  ///< read ahead, of all partitions; the memory it may take
};

/// Blocks; one thread at a time.
class Consumer {
 public:
  /// Does not wait for a broker. kInvalid: a setting is wrong. `metrics` must outlive it.
  [[nodiscard]] static base::Result<std::unique_ptr<Consumer>> open(const Config& config,
                                                                    const ConsumerConfig& settings,
                                                                    base::Metrics& metrics);
  /// Leaves the group, so that others take over at once.
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Up to `limit` records, waiting up to `wait_ms` for the first. Records of a partition that was lost meanwhile are
  /// left out. An Error: topic missing, brokers down, not authorized, or a rewind that could not be done; nothing was
  /// skipped, and a later poll goes on by itself once the cause is gone.
  [[nodiscard]] base::Result<std::vector<Received>> poll(std::size_t limit, std::int64_t wait_ms);
  /// Synchronous. Moves forward only; partitions that this member does not have (any more) are passed over: who has
  /// them now gets their records again. After an Error it is unknown whether it was stored, and the next poll starts
  /// with what was not committed.
  [[nodiscard]] base::Result<> commit(const Offsets& next);
  /// The next poll starts with what was not committed. When that cannot be done now, polls fail until it is.
  [[nodiscard]] base::Result<> rewind();

  /// Reads no more of this partition until a rewind or a new assignment.
  [[nodiscard]] base::Result<> hold(std::int32_t partition);

  /// Of all partitions of the topic, not only this member's.
  [[nodiscard]] base::Result<Offsets> end();
  /// Where the group goes on: its commits, but never before the first record that is still there. What was deleted
  /// unread is logged and counted (kafka_lost_records_total).
  [[nodiscard]] base::Result<Offsets> committed();

 private:
  struct Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::net::kafka
