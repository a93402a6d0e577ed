#include "couponload/burst/reach.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fmt/core.h>
#include <string>

#include "couponload/burst/connection.hpp"
#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kHandshakeBytes = std::size_t{16} * 1024;

error_code try_connect(asio::io_context& io, const tcp::endpoint& endpoint, std::int64_t timeout_ms) {
  tcp::socket socket(io);
  error_code outcome = asio::error::timed_out;
  socket.async_connect(endpoint, [&outcome](const error_code& error) { outcome = error; });
  io.restart();
  if (io.run_for(std::chrono::milliseconds(timeout_ms)) > 0) return outcome;
  socket.close();
  io.restart();
  io.run();  // the cancelled handler refers to what lives here
  return asio::error::timed_out;
}

// Until hands are shaken or the connection is over; asio::error::timed_out when that takes too long.
error_code shake(asio::io_context& io, Connection& connection, std::int64_t deadline_ns) {
  const ArrivalClock clock;
  std::array<char, kHandshakeBytes> scratch{};
  while (is_shaking(connection) && connection.end == Connection::End::kOpen) {
    connection.socket.async_wait(Socket::wait_read, [](const error_code&) {});
    io.restart();
    if (io.run_one_until(to_instant(deadline_ns)) == 0) return asio::error::timed_out;
    if (!read_more(connection, scratch, clock)) continue;
  }
  return {};
}

std::string reason_of(const Connection& connection, const error_code& error) {
  if (error) return error.message();
  const auto& reason = connection.tls->reason();
  return reason.empty() ? "it ended during the TLS handshake" : reason;
}

}  // namespace

base::Result<tcp::endpoint> reach(const net::http::Url& url, std::int64_t timeout_ms) {
  asio::io_context io(1);
  tcp::resolver resolver(io);
  error_code error;
  const auto found = resolver.resolve(url.host, std::to_string(url.port), error);
  if (error) {
    return base::fail(base::Errc::kUnavailable,
                      fmt::format("cannot find the host of {}: {}", url.text(), error.message()));
  }
  for (const auto& entry : found) {
    error = try_connect(io, entry.endpoint(), timeout_ms);
    if (!error) return entry.endpoint();
  }
  return base::fail(base::Errc::kUnavailable,
                    fmt::format("cannot connect to {}: {}; is the server running, and is this its port?", url.text(),
                                error.message()));
}

base::Result<> shake_hands(const Route& route, const std::string& url, std::int64_t timeout_ms) {
  if (route.tls == nullptr) return {};
  const auto deadline_ns = now_ns() + timeout_ms * kNsPerMs;
  asio::io_context io(1);
  Shot nothing;
  Connection connection(io, nothing);
  auto error = open_socket(route, 0, connection.socket);
  if (!error) {
    error = asio::error::timed_out;
    connection.socket.async_connect(route.server, [&error](const error_code& outcome) { error = outcome; });
    io.run_until(to_instant(deadline_ns));
  }
  if (!error) error = start_tls(connection, *route.tls);
  if (!error) error = shake(io, connection, deadline_ns);
  const bool good = !error && connection.end == Connection::End::kOpen;
  const auto reason = good ? std::string() : reason_of(connection, error);
  reset(connection);
  io.restart();
  io.poll();  // what was cancelled refers to what lives here
  if (good) return {};
  return base::fail(base::Errc::kUnavailable, fmt::format("cannot connect to {}: {}", url, reason));
}

}  // namespace coupon::load
