#include "couponload/burst/connection.hpp"

#include <netinet/tcp.h>

namespace coupon::load {

namespace asio = boost::asio;
using boost::system::error_code;
using TlsState = net::http::TlsFilter::State;

namespace {

error_code write_raw(Connection& connection, std::string_view bytes) {
  if (!connection.unsent.empty()) {
    connection.unsent += bytes;
    return {};
  }
  error_code error;
  const auto size = connection.socket.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block) return error;
  connection.unsent = bytes.substr(size);
  return {};
}

void decrypt(Connection& connection, std::string_view bytes) {
  std::string to_send;
  const auto state = connection.tls->feed(bytes, connection.received, to_send);
  const bool broken = !to_send.empty() && write_raw(connection, to_send);
  if (state == TlsState::kFailed || broken) connection.end = Connection::End::kReset;
  if (state == TlsState::kClosed) connection.end = Connection::End::kClosed;
}

}  // namespace

void reset(Connection& connection) {
  error_code error;  // what cannot be closed properly is closed all the same
  connection.socket.set_option(asio::socket_base::linger(true, 0), error);
  connection.socket.close(error);
  connection.tls.reset();
}

error_code start_tls(Connection& connection, const net::http::TlsContext& context) {
  connection.tls = std::make_unique<net::http::TlsFilter>(context);
  std::string hello;
  if (connection.tls->start(hello) == TlsState::kFailed) return asio::error::connection_aborted;
  return write_raw(connection, hello);
}

error_code write(Connection& connection, std::string_view bytes) {
  if (!connection.tls) return write_raw(connection, bytes);
  std::string sealed;
  if (connection.tls->seal(bytes, sealed) != TlsState::kOpen) return asio::error::connection_aborted;
  return write_raw(connection, sealed);
}

error_code write_rest(Connection& connection) {
  const auto rest = std::exchange(connection.unsent, {});
  return write_raw(connection, rest);
}

bool read_more(Connection& connection, std::span<char> scratch) {
  error_code error;
  const auto size = connection.socket.read_some(asio::buffer(scratch.data(), scratch.size()), error);
  if (error == asio::error::would_block) return false;
  if (error) {
    const bool properly = error == asio::error::eof && (!connection.tls || connection.tls->end() == TlsState::kClosed);
    connection.end = properly ? Connection::End::kClosed : Connection::End::kReset;
  } else if (connection.tls) {
    decrypt(connection, {scratch.data(), size});
  } else {
    connection.received.append(scratch.data(), size);
  }
  return true;
}

bool is_shaking(const Connection& connection) {
  return connection.tls && connection.tls->state() == TlsState::kHandshaking;
}

std::int64_t retransmits(Socket& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_total_retrans;
}

}  // namespace coupon::load
