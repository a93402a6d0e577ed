#pragma once
// An HTTP/1.1 server for very many connections and small messages. One io loop and one thread per core, each with an
// acceptor of its own (SO_REUSEPORT); a connection stays on its loop, so a handler never needs a lock.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/http/message.hpp"

namespace coupon::net::http {

/// Every bound of the server. At each one the client gets a clear answer, never a silent drop.
struct ServerConfig {
  std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6
  std::uint16_t port = 8080;          ///< 0 picks a free one; see Server::port
  int threads = 1;
  int backlog = 4096;
  std::int64_t connections_max = 20'000;                 ///< over all loops; above it: 503 with Retry-After, then close
  std::size_t header_bytes_max = 8'192;                  ///< request line and all fields; above: 431
  std::size_t target_bytes_max = 2'048;                  ///< above: 414
  std::size_t body_bytes_max = 4'096;                    ///< above: 413
  std::int64_t requests_per_connection_max = 1'000'000;  ///< the last answer says Connection: close
  std::int64_t idle_timeout_ms = 75'000;                 ///< between requests
  std::int64_t header_timeout_ms = 10'000;               ///< from a request's first byte to its header's end; then 408
  std::int64_t body_timeout_ms = 10'000;                 ///< from the header's end to the body's; then 408
  std::int64_t answer_timeout_ms = 30'000;               ///< until the handler answers; then 503 and close
  std::int64_t write_timeout_ms = 10'000;  ///< until the client took the answer; then the connection is cut
  std::int64_t grace_ms = 10'000;          ///< of a graceful stop; then what is left is cut
};

class Server {
 public:
  /// Makes the handler of one loop; called once per loop before it runs, with the loop's own scheduler.
  using MakeHandler = std::function<Handler(base::Scheduler& loop, int index)>;

  /// `metrics` must outlive the server. Series: http_connections, http_connections_accepted_total,
  /// http_connections_refused_total{reason}, http_requests_rejected_total{reason}, http_timeouts_total{stage},
  /// http_responses_total{class="2xx"…}.
  Server(ServerConfig config, base::Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and starts the loops. Fails with a remedy when the port is taken (also by another server that uses
  /// SO_REUSEPORT), not permitted, or the address is wrong. After a success, connections are accepted.
  [[nodiscard]] base::Result<> start(const MakeHandler& make_handler);
  [[nodiscard]] std::uint16_t port() const;

  /// Graceful stop, in two stages. First: connections waiting in the backlog are taken, then listening ends; idle
  /// connections are closed once what they have sent is answered; every request that was read gets its answer with
  /// Connection: close. Second, after `grace_ms`: what is left is cut. Blocks until the loops have ended, then all
  /// handlers are destroyed. Returns the number of connections that were cut. Not from a loop's thread.
  std::int64_t stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::net::http
