#include "couponload/burst/reach.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fmt/core.h>
#include <string>

namespace coupon::load {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

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

}  // namespace coupon::load
