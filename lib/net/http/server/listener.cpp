#include "net/http/server/listener.hpp"

#include <fmt/core.h>
#include <sys/socket.h>

namespace coupon::net::http {

namespace {

using ErrorCode = boost::system::error_code;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

std::unexpected<base::Error> bind_failure(const ErrorCode& error, const Endpoint& endpoint) {
  namespace codes = boost::asio::error;
  const auto address = endpoint.address().to_string();
  const auto port = endpoint.port();
  if (error == codes::address_in_use) {
    return base::fail(base::Errc::kConflict,
                      fmt::format("port {} is in use: stop the other server or choose another with --port", port));
  }
  if (error == codes::access_denied) {
    return base::fail(base::Errc::kInvalid,
                      fmt::format("port {} is not permitted to this user: choose one above 1023 with --port", port));
  }
  if (error == boost::system::errc::address_not_available || error == codes::address_family_not_supported) {
    return base::fail(base::Errc::kInvalid,
                      fmt::format("{} is not an address of this machine: choose one that is with --address", address));
  }
  return base::fail(base::Errc::kIo, fmt::format("listening on {} port {}: {}", address, port, error.message()));
}

}  // namespace

base::Result<Endpoint> listen_endpoint(const ServerConfig& config) {
  ErrorCode error;
  const auto address = boost::asio::ip::make_address(config.address, error);
  if (error) {
    return base::fail(base::Errc::kInvalid,
                      fmt::format("'{}' is not a numeric address: give one such as 127.0.0.1, 0.0.0.0 or ::1 with "
                                  "--address",
                                  config.address));
  }
  return Endpoint(address, config.port);
}

base::Result<> check_free(boost::asio::io_context& io, const Endpoint& endpoint) {
  Acceptor probe(io);
  ErrorCode error;
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  if (error) return bind_failure(error, endpoint);
  return {};
}

base::Result<Acceptor> listen(boost::asio::io_context& io, const Endpoint& endpoint, int backlog) {
  Acceptor acceptor(io);
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.set_option(ReusePort(true), error);
  // Linux hands this down to every accepted socket: one system call fewer per connection.
  if (!error) acceptor.set_option(boost::asio::ip::tcp::no_delay(true), error);
  if (!error) acceptor.non_blocking(true, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(backlog, error);
  if (error) return bind_failure(error, endpoint);
  return acceptor;
}

}  // namespace coupon::net::http
