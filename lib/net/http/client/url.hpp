#pragma once
// Where a server is: the part of a URL that a client needs before it asks.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace coupon::net::http {

struct Url {
  std::string host;  ///< name or numeric address, without brackets
  std::uint16_t port = 80;
  std::string base_path;  ///< put in front of every path: "" or "/shop", never ending in '/'
  bool tls = false;       ///< https

  /// As the Host field and a URL say it: port only when it is not the scheme's, IPv6 in brackets.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] std::string text() const;
};

/// http://HOST[:PORT][/PATH] or https://..., on port 80 or 443 unless it says another. Refuses other schemes, user
/// names, queries and fragments, and says what to write.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

/// Everything but letters, digits and -._~ as %XX: one segment of a path, or one value of a query.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace coupon::net::http
