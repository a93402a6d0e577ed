#pragma once
// The first address of a server that takes a connection.

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

#include "base/result.hpp"
#include "couponload/burst/open_socket.hpp"
#include "net/http/client/url.hpp"

namespace coupon::load {

/// Blocks at most `timeout_ms` an address (and as long as the system's resolver). The error says what to check.
[[nodiscard]] base::Result<boost::asio::ip::tcp::endpoint> reach(const net::http::Url& url, std::int64_t timeout_ms);

/// Connects once and shakes hands when the route has TLS; so a certificate that is refused is told before anything is
/// asked. Blocks at most `timeout_ms`. kUnavailable, with the reason.
[[nodiscard]] base::Result<> shake_hands(const Route& route, const std::string& url, std::int64_t timeout_ms);

}  // namespace coupon::load
