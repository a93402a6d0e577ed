#pragma once
// One member's connection. Kept small: there are ten thousand.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "couponload/shot.hpp"
#include "net/http/client/response_reader.hpp"

namespace coupon::load {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct Connection {
  enum class Stage : std::uint8_t {
    kOpening,
    kPriming,
    kReady,   ///< waits for the release
    kAsked,   ///< waits for the answer
    kDone,    ///< answered or given up
    kFailed,  ///< never sent anything
  };
  enum class End : std::uint8_t { kOpen, kClosed, kReset };

  Connection(boost::asio::io_context& io, Shot& the_shot) : socket(io), shot(&the_shot) {}

  Socket socket;
  Shot* shot;
  std::unique_ptr<net::http::ResponseReader> reader;  // only while an answer is on its way
  std::string received;                               // not yet given to the reader
  std::string unsent;                                 // of a request that the kernel took in part
  Stage stage = Stage::kOpening;
  End end = End::kOpen;
  std::uint8_t attempts = 0;
};

/// Closes with a reset: no TIME_WAIT pile after ten thousand connections. Pending handlers are cancelled.
void reset(Connection& connection);

/// SYNs that had to be sent again, while nothing else was sent yet.
[[nodiscard]] std::int64_t retransmits(Socket& socket);

}  // namespace coupon::load
