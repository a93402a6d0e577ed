#pragma once
// Observes the calling thread while it measures.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>

#include "couponload/burst/health.hpp"
#include "couponload/burst/heartbeat.hpp"

namespace coupon::load {

/// All calls on the thread that runs `io`.
class HealthWatch {
 public:
  explicit HealthWatch(boost::asio::io_context& io) : heartbeat_(io) {}
  void start(std::int64_t now);
  /// From a loop that does not run `io`, at least every millisecond: it does not stand still.
  void beat(std::int64_t now) { heartbeat_.beat(now); }
  [[nodiscard]] bool started() const { return started_ns_ != 0; }
  [[nodiscard]] ThreadHealth stop(std::int64_t now);

 private:
  Heartbeat heartbeat_;
  std::int64_t started_ns_ = 0;
  std::int64_t cpu_before_ns_ = 0;
  std::optional<std::int64_t> delay_before_ns_;
};

}  // namespace coupon::load
