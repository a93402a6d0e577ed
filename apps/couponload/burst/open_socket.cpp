#include "couponload/burst/open_socket.hpp"

#include <cerrno>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace coupon::load {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using NoPortYet = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;

}  // namespace

error_code open_socket(const Route& route, std::size_t number, Socket& socket) {
  error_code error;
  socket.open(route.server.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (!error) socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (error || route.sources.empty()) return error;
  socket.set_option(NoPortYet(true), error);
  if (!error) socket.bind({route.sources[number % route.sources.size()], 0}, error);
  return error;
}

error_code begin_connect(Socket& socket, const asio::ip::tcp::endpoint& server) {
  if (::connect(socket.native_handle(), server.data(), static_cast<socklen_t>(server.size())) == 0) return {};
  return errno == EINPROGRESS ? error_code() : error_code(errno, boost::system::system_category());
}

bool is_connected(Socket& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         info.tcpi_state == TCP_ESTABLISHED;
}

error_code connect_error(Socket& socket) {
  int code = 0;
  socklen_t size = sizeof code;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
  return {code, boost::system::system_category()};
}

void count_failure(const error_code& error, OpenTrouble& trouble) {
  if (error == asio::error::no_descriptors || error.value() == ENFILE) ++trouble.out_of_descriptors;
  if (error.value() == EADDRNOTAVAIL) ++trouble.out_of_ports;
  if (trouble.first.empty()) trouble.first = error.message();
}

base::Result<asio::ip::address> parse_source(const std::string& text) {
  error_code error;
  auto address = asio::ip::make_address(text, error);
  if (!error) {
    asio::io_context io(1);
    asio::ip::tcp::acceptor probe(io);
    const asio::ip::tcp::endpoint endpoint(address, 0);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.bind(endpoint, error);
  }
  if (!error) return address;
  return base::fail(
      base::Errc::kInvalid,
      fmt::format("'{}' must be a numeric address of this machine (see `ip address`): {}", text, error.message()));
}

}  // namespace coupon::load
