#pragma once
// From a Response to the bytes on the wire.

#include <string>
#include <string_view>

#include "net/http/message.hpp"

namespace coupon::net::http {

struct Framing {
  enum class Connection { kUnsaid, kClose, kKeepAlive };
  std::string_view date;   ///< value of the Date field
  bool head_only = false;  ///< answer to HEAD: the length of the body, not the body
  Connection connection = Connection::kUnsaid;
};

/// True when the status and the extra fields cannot break the framing: a handler's bug must not split a response.
[[nodiscard]] bool is_sendable(const Response& response);

/// Appends a sendable response.
void append_response(std::string& out, const Response& response, const Framing& framing);

/// The present instant in the form of a Date field: "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date();

}  // namespace coupon::net::http
