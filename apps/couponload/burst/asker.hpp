#pragma once
// Sends one thread's requests in one go and takes the answers, each with the instant at which it came.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <stop_token>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/burst/connection.hpp"
#include "couponload/burst/health_watch.hpp"

namespace coupon::load {

/// Runs on one thread, over connections that are kReady or kFailed; the latter are left alone.
class Asker {
 public:
  Asker(boost::asio::io_context& io, const BurstPlan& plan, std::vector<Connection>& connections);

  /// Starts to watch every connection, so that answers are noticed from the first send on.
  void arm();
  /// Sends everything, planned for `release_ns`. Answers that come meanwhile are stamped and kept by the kernel.
  void release(std::int64_t release_ns, HealthWatch& watch, const std::stop_token& stop);
  /// Blocks until every request is answered, timed out or cut, or `stop` is requested.
  void wait(HealthWatch& watch, const std::stop_token& stop);
  /// Connections that ended before they were asked.
  [[nodiscard]] std::int64_t lost() const { return lost_; }
  /// Why connections could not be opened after the release.
  [[nodiscard]] const OpenTrouble& trouble() const { return trouble_; }
  [[nodiscard]] std::int64_t syn_retransmits() const { return syn_retransmits_; }
  /// The shots of requests that were asked again; the connections' shots are their last attempts.
  [[nodiscard]] std::deque<Shot>& repeated() { return repeated_; }

 private:
  void dial(Connection& connection);
  void on_dialed(Connection& connection, const boost::system::error_code& error);
  void start(Connection& connection);
  void on_shaken(Connection& connection);
  void refuse(Connection& connection);
  void on_unasked(Connection& connection);
  void send(Connection& connection);
  void send_rest(Connection& connection);
  void await_answer(Connection& connection);
  void on_readable(Connection& connection);
  void examine(Connection& connection);
  void take_answer(Connection& connection);
  void finish(Connection& connection, Fate fate);
  void give_up(Connection& connection, Fate fate);
  void time_out(Connection& connection);
  void ask_again(Connection& connection);
  void schedule_sweep();
  void sweep();
  void sweep_repeated(std::int64_t now);
  [[nodiscard]] bool is_late(const Connection& connection, std::int64_t now) const;

  static constexpr std::size_t kScratchBytes = std::size_t{64} * 1024;

  boost::asio::io_context& io_;
  const BurstPlan& plan_;
  RequestTemplate request_;
  std::vector<Connection>& connections_;
  boost::asio::steady_timer sweep_timer_;
  std::size_t outstanding_ = 0;
  std::int64_t lost_ = 0;
  std::int64_t syn_retransmits_ = 0;
  OpenTrouble trouble_;
  std::deque<Shot> repeated_;
  std::deque<Connection*> asked_again_;  // in order of their new attempts
  std::size_t oldest_ = 0;               // everything before it is done
  ArrivalClock clock_;
  std::array<char, kScratchBytes> scratch_{};
};

}  // namespace coupon::load
