#pragma once
// Listening sockets with errors that name the remedy.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "net/http/server.hpp"

namespace coupon::net::http {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using Endpoint = boost::asio::ip::tcp::endpoint;

/// The configured address and port; kInvalid when the address is not numeric.
[[nodiscard]] base::Result<Endpoint> listen_endpoint(const ServerConfig& config);

/// Fails when anybody listens on `endpoint`, also with SO_REUSEPORT, which would let a second server share the port.
[[nodiscard]] base::Result<> check_free(boost::asio::io_context& io, const Endpoint& endpoint);

/// A non-blocking acceptor that shares the port with the other loops'. Port 0 picks one: see local_endpoint().
[[nodiscard]] base::Result<Acceptor> listen(boost::asio::io_context& io, const Endpoint& endpoint, int backlog);

}  // namespace coupon::net::http
