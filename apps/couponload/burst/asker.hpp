#pragma once
// Sends one thread's requests in one go and takes the answers, each with the instant at which it came.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stop_token>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/burst/connection.hpp"

namespace coupon::load {

/// Runs on one thread, over connections that are kReady or kFailed; the latter are left alone.
class Asker {
 public:
  Asker(boost::asio::io_context& io, const BurstPlan& plan, std::vector<Connection>& connections);

  /// Starts to watch every connection, so that answers are noticed from the first send on.
  void arm();
  /// Sends everything. Answers that come meanwhile are stamped and kept; they are looked into afterwards.
  void release(const std::stop_token& stop);
  /// Blocks until every request is answered, timed out or cut, or `stop` is requested.
  void wait(const std::stop_token& stop);
  /// Connections that ended before they were asked.
  [[nodiscard]] std::int64_t lost() const { return lost_; }

 private:
  void send(Connection& connection);
  void send_rest(Connection& connection);
  void await_answer(Connection& connection);
  void on_readable(Connection& connection);
  void examine(Connection& connection);
  void take_answer(Connection& connection);
  void finish(Connection& connection, Fate fate);
  void give_up(Connection& connection, Fate fate);
  void schedule_sweep();
  void sweep();

  static constexpr std::size_t kScratchBytes = std::size_t{64} * 1024;

  boost::asio::io_context& io_;
  const BurstPlan& plan_;
  RequestTemplate request_;
  std::vector<Connection>& connections_;
  boost::asio::steady_timer sweep_timer_;
  std::size_t outstanding_ = 0;
  std::int64_t lost_ = 0;
  std::size_t oldest_ = 0;  // everything before it is done
  bool releasing_ = false;
  std::array<char, kScratchBytes> scratch_{};
};

}  // namespace coupon::load
