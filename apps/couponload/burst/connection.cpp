#include "couponload/burst/connection.hpp"

#include <netinet/tcp.h>

namespace coupon::load {

void reset(Connection& connection) {
  boost::system::error_code error;  // what cannot be closed properly is closed all the same
  connection.socket.set_option(boost::asio::socket_base::linger(true, 0), error);
  connection.socket.close(error);
}

std::int64_t retransmits(Socket& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_total_retrans;
}

}  // namespace coupon::load
