#pragma once
// The way to the server, and a socket that is about to take it.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "couponload/run_result.hpp"
#include "net/http/client/tls.hpp"

namespace coupon::load {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct Route {
  boost::asio::ip::tcp::endpoint server;
  std::vector<boost::asio::ip::address> sources = {};  ///< local addresses in turn; empty: the system's choice
  const net::http::TlsContext* tls = nullptr;          ///< of an https server; must outlive the run
};

/// Opens it for the route: non-blocking, without delay, bound to the source whose turn `number` is. Ports are chosen
/// when it connects, so that each source has all of them.
[[nodiscard]] boost::system::error_code open_socket(const Route& route, std::size_t number, Socket& socket);

/// Begins to connect a socket that open_socket() made: no error when that is under way or done.
[[nodiscard]] boost::system::error_code begin_connect(Socket& socket, const boost::asio::ip::tcp::endpoint& server);
/// Whether it is. On loopback that is so as soon as begin_connect() returns: nobody has to wait for it.
[[nodiscard]] bool is_connected(Socket& socket);
/// How it ended, once the socket is writable.
[[nodiscard]] boost::system::error_code connect_error(Socket& socket);

/// Counts why a connection could not be opened.
void count_failure(const boost::system::error_code& error, OpenTrouble& trouble);

/// A numeric address of this machine.
[[nodiscard]] base::Result<boost::asio::ip::address> parse_source(const std::string& text);

}  // namespace coupon::load
