#pragma once
// What a request must satisfy before its content is read.

#include <optional>
#include <string>
#include <string_view>

#include "net/http/message.hpp"

namespace coupon::srv {

/// 415 unless the body is declared as application/json (in UTF-8).
[[nodiscard]] std::optional<net::http::Response> check_json(const net::http::Request& request);
/// 400 when there is a body or a query where none is taken.
[[nodiscard]] std::optional<net::http::Response> check_empty_body(const net::http::Request& request);
[[nodiscard]] std::optional<net::http::Response> check_no_query(const net::http::Request& request);

/// Who may use the admin calls.
class AdminAccess {
 public:
  /// Without a token, everybody who can reach a loopback address, and nobody otherwise.
  AdminAccess(const std::string& token, const std::string& listen_address);

  /// 401 without a token, 403 with a wrong one or when none is configured; nothing when allowed.
  [[nodiscard]] std::optional<net::http::Response> check(const net::http::Request& request) const;

 private:
  std::string digest_;  // SHA-256 of the token: compared in constant time whatever its length
  bool loopback_;
};

}  // namespace coupon::srv
