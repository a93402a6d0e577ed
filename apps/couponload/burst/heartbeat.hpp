#pragma once
// Measures how late a loop runs what is due: a stalled generator must not be mistaken for a slow server.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "base/histogram.hpp"

namespace coupon::load {

/// Beats every millisecond on the thread that runs `io`, from start() until stop().
class Heartbeat {
 public:
  explicit Heartbeat(boost::asio::io_context& io);
  void start(std::int64_t now);
  /// From a loop that does not run `io`: counts the beats that are due.
  void beat(std::int64_t now) { count_due(now); }
  /// Also counts the beats that were due and did not run.
  void stop(std::int64_t now);
  [[nodiscard]] const base::Histogram& lag() const { return lag_; }

 private:
  void wait();
  void count_due(std::int64_t now);

  boost::asio::steady_timer timer_;
  std::int64_t due_ns_ = 0;
  bool beating_ = false;
  base::Histogram lag_;
};

}  // namespace coupon::load
