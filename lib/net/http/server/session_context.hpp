#pragma once
// What connections share: within the server, and within one loop.

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "net/http/message.hpp"
#include "net/http/server.hpp"
#include "net/http/server/request_head.hpp"
#include "net/http/server/server_metrics.hpp"

namespace coupon::net::http {

class Session;

/// Of all loops. Thread-safe.
struct ServerShared {
  ServerShared(ServerConfig the_config, base::Metrics& series) : config(std::move(the_config)), metrics(series) {}

  const ServerConfig config;
  ServerMetrics metrics;
  std::atomic<std::int64_t> connections{0};
};

/// Of one loop; touched on its thread only.
struct SessionContext {
  static constexpr std::size_t kScratchBytes = 16'384;

  SessionContext(ServerShared& the_shared, boost::asio::io_context& the_io) : shared(the_shared), io(the_io) {}

  ServerShared& shared;
  boost::asio::io_context& io;
  Handler handler;
  bool stopping = false;
  int refusing = 0;   ///< connections beyond the limit, being told so
  std::string date;   ///< value of the Date field, kept fresh by the loop
  RequestHead head;   ///< of the request that is being parsed or handled
  std::string spare;  ///< an empty string with memory: the next response is written into it
  std::vector<boost::intrusive_ptr<Session>> sessions;  ///< all that are open
  std::array<char, kScratchBytes> scratch;              ///< where every read goes first
};

/// Milliseconds of a clock that never steps back.
[[nodiscard]] inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace coupon::net::http
