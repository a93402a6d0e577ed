#include "support/http_call.hpp"

#include <stdexcept>

namespace coupon::test {

HttpConnection::HttpConnection(std::uint16_t port) {
  try {
    raw_.emplace(port);
  } catch (const std::runtime_error&) {
    raw_.reset();
  }
}

bool HttpConnection::send_raw(std::string_view bytes) {
  try {
    raw_->send(bytes);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::optional<RawResponse> HttpConnection::receive() {
  try {
    return raw_->receive();
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::optional<RawResponse> HttpConnection::call(std::string_view method, std::string_view target, std::string_view body,
                                                const std::vector<std::string>& fields) {
  if (!connected() || !send_raw(request_text(method, target, body, fields))) return std::nullopt;
  return receive();
}

std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         const std::vector<std::string>& fields) {
  std::string more;
  for (const auto& field : fields) more.append(field).append("\r\n");
  if (!body.empty()) more.append("Content-Type: application/json\r\n");
  if (body.empty() && method == "POST") more.append("Content-Length: 0\r\n");
  return raw_request(method, target, body, more);
}

RawResponse http_call(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body,
                      const std::vector<std::string>& fields) {
  HttpConnection connection(port);
  return connection.call(method, target, body, fields).value_or(RawResponse{});
}

}  // namespace coupon::test
