#pragma once
// Opens one thread's connections, all at once: against a slow acceptor a window of connects makes it far slower.

#include <array>
#include <boost/asio/io_context.hpp>
#include <stop_token>
#include <string_view>
#include <vector>

#include "couponload/burst/burst.hpp"
#include "couponload/burst/connection.hpp"

namespace coupon::load {

/// Leaves every connection kReady or kFailed. An open socket may still wait to be accepted, so each one is primed with
/// a harmless request. A connection gets three attempts; a certificate that is refused ends all of them, and the run.
class Opener {
 public:
  Opener(boost::asio::io_context& io, const BurstPlan& plan, std::vector<Connection>& connections,
         RunProgress& progress);

  /// Blocks; runs `io` on the calling thread. May use a second thread to dial, until it returns.
  void run(const std::stop_token& stop);
  [[nodiscard]] const OpenTrouble& trouble() const { return trouble_; }
  [[nodiscard]] std::int64_t syn_retransmits() const { return syn_retransmits_; }

 private:
  struct Dial {
    boost::system::error_code no_socket;
    boost::system::error_code refused;
    std::int64_t started_ns = 0;
    std::int64_t connected_ns = 0;  // 0: not yet
  };
  void open_all(const std::stop_token& stop);
  void open(Connection& connection);
  [[nodiscard]] Dial dial(Connection& connection) const;  // touches nothing but the connection
  void follow(Connection& connection, const Dial& dial);
  void on_connected(Connection& connection, const boost::system::error_code& error, std::int64_t started_ns,
                    std::int64_t connected_ns);
  void established(Connection& connection);
  void prime(Connection& connection);
  void await_bytes(Connection& connection);
  void on_readable(Connection& connection, const boost::system::error_code& error);
  void on_shaken(Connection& connection);
  void distrust(Connection& connection);
  void judge_prime(Connection& connection, net::http::ResponseReader::State state);
  void ready(Connection& connection);
  void try_again(Connection& connection, std::string_view reason);
  void fail(Connection& connection, std::string_view reason);
  [[nodiscard]] bool goes_on(const std::stop_token& stop) const;
  void fail_rest(std::string_view reason);

  static constexpr std::size_t kScratchBytes = std::size_t{16} * 1024;

  boost::asio::io_context& io_;
  const BurstPlan& plan_;
  std::vector<Connection>& connections_;
  RunProgress& progress_;
  OpenTrouble trouble_;
  std::int64_t syn_retransmits_ = 0;
  std::size_t settled_ = 0;
  ArrivalClock clock_;
  std::array<char, kScratchBytes> scratch_{};
};

}  // namespace coupon::load
