#pragma once
// One of a flow's connections, which carries one request after the other.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "couponload/burst/open_socket.hpp"
#include "couponload/flow/recorder.hpp"
#include "net/http/client/response_reader.hpp"
#include "net/http/client/tls.hpp"

namespace coupon::load {

struct Channel {
  enum class Stage : std::uint8_t {
    kClosed,  ///< could not be opened: tried again after a while
    kOpening,
    kPriming,
    kIdle,      ///< takes the next request; a cold one is not connected
    kAsked,     ///< waits for the answer
    kThinking,  ///< closed model: between an answer and the next request
  };

  Channel(boost::asio::io_context& io, std::size_t the_number) : socket(io), number(the_number) {}

  static constexpr std::size_t kBufferBytes = 4'096;

  Socket socket;
  std::size_t number;
  std::unique_ptr<net::http::ResponseReader> reader;  // only while an answer comes in pieces
  std::unique_ptr<net::http::TlsFilter> tls;          // of an https server, from the connect on
  std::string unsent;                                 // what the kernel did not take yet
  FlowAsk ask;
  std::int64_t since_ns = 0;  // when it began to open, or could not be opened
  std::uint32_t life = 0;     // goes up with every opening: what was pending before concerns nobody any more
  Stage stage = Stage::kClosed;
  bool loaded = false;  // `ask` is under way, or waits for the connection
  bool queued = false;  // in the lane's row of idle ones
  std::uint8_t attempts = 0;
  std::array<char, kBufferBytes> buffer;
};

}  // namespace coupon::load
