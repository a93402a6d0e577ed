#pragma once
// One member's connection. Kept small: there are ten thousand.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "couponload/burst/arrival_clock.hpp"
#include "couponload/burst/open_socket.hpp"
#include "couponload/shot.hpp"
#include "net/http/client/response_reader.hpp"
#include "net/http/client/tls.hpp"

namespace coupon::load {

struct Connection {
  enum class Stage : std::uint8_t {
    kOpening,
    kShaking,  ///< hands, with an https server
    kPriming,
    kReady,    ///< waits for the release
    kDialing,  ///< opened after the release: by a cold request, or to ask again
    kAsked,    ///< waits for the answer
    kDone,     ///< answered or given up
    kFailed,   ///< never sent anything
  };
  enum class End : std::uint8_t { kOpen, kClosed, kReset };

  Connection(boost::asio::io_context& io, Shot& the_shot) : socket(io), shot(&the_shot) {}

  Socket socket;
  Shot* shot;
  std::unique_ptr<net::http::ResponseReader> reader;  // only while an answer is on its way
  std::unique_ptr<net::http::TlsFilter> tls;          // of an https server, from the connect on
  std::string received;                               // not yet given to the reader
  std::string unsent;                                 // what the kernel did not take yet
  Stage stage = Stage::kOpening;
  End end = End::kOpen;
  std::uint8_t attempts = 0;
  std::int64_t dialed_ns = 0;   // when it was opened after the release
  std::int64_t arrived_ns = 0;  // what read_more() brought last
};

/// Closes with a reset: no TIME_WAIT pile after ten thousand connections. Pending handlers are cancelled.
void reset(Connection& connection);

/// Begins TLS on a connected socket.
[[nodiscard]] boost::system::error_code start_tls(Connection& connection, const net::http::TlsContext& context);
[[nodiscard]] bool is_shaking(const Connection& connection);

/// Writes without waiting, encrypted when the connection is; what the kernel does not take stays in `unsent`, which
/// write_rest() tries again once the socket is writable.
[[nodiscard]] boost::system::error_code write(Connection& connection, std::string_view bytes);
[[nodiscard]] boost::system::error_code write_rest(Connection& connection);

/// Has the kernel note when something arrives on the connected socket: read_more() then tells that instant however late
/// it is called.
void stamp_arrivals(Socket& socket);
/// Reads once without waiting: `received` grows by what came, decrypted, or `end` tells how it ended; `arrived_ns` is
/// when the kernel had it, or now where it did not note that. False when there was nothing.
[[nodiscard]] bool read_more(Connection& connection, std::span<char> scratch, const ArrivalClock& clock);

/// SYNs that had to be sent again, while nothing else was sent yet.
[[nodiscard]] std::int64_t retransmits(Socket& socket);

}  // namespace coupon::load
