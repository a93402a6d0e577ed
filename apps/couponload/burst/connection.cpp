#include "couponload/burst/connection.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace coupon::load {

namespace asio = boost::asio;
using boost::system::error_code;
using TlsState = net::http::TlsFilter::State;

namespace {

using StampArrivals = asio::detail::socket_option::boolean<SOL_SOCKET, SO_TIMESTAMPNS>;

std::int64_t arrival_of(msghdr& message, const ArrivalClock& clock) {
  const auto wall = wall_ns();
  const auto now = now_ns();
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    return clock.to_steady(stamp.tv_sec * kSecondNs + stamp.tv_nsec, wall, now);
  }
  return now;
}

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

void stamp_arrivals(Socket& socket) {
  error_code unsupported;  // then read_more() takes the instant at which it reads
  socket.set_option(StampArrivals(true), unsupported);
}

bool read_more(Connection& connection, std::span<char> scratch, const ArrivalClock& clock) {
  iovec place{scratch.data(), scratch.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = ::recvmsg(connection.socket.native_handle(), &message, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  connection.arrived_ns = arrival_of(message, clock);
  if (size <= 0) {
    const bool properly = size == 0 && (!connection.tls || connection.tls->end() == TlsState::kClosed);
    connection.end = properly ? Connection::End::kClosed : Connection::End::kReset;
  } else if (connection.tls) {
    decrypt(connection, {scratch.data(), static_cast<std::size_t>(size)});
  } else {
    connection.received.append(scratch.data(), static_cast<std::size_t>(size));
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
