#pragma once
// Whole requests and answers over a raw connection, for tests that do not care about bytes. A server that is gone is an
// answer too: none.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/raw_http.hpp"

namespace coupon::test {

class HttpConnection {
 public:
  /// Connects to 127.0.0.1; `connected` says whether it worked.
  explicit HttpConnection(std::uint16_t port);

  [[nodiscard]] bool connected() const { return raw_.has_value(); }
  /// False when the peer is gone.
  bool send_raw(std::string_view bytes);
  /// Nothing when the connection ended, or patience did, before a whole answer was there.
  [[nodiscard]] std::optional<RawResponse> receive();
  [[nodiscard]] std::optional<RawResponse> call(std::string_view method, std::string_view target,
                                                std::string_view body = {},
                                                const std::vector<std::string>& fields = {});

 private:
  std::optional<RawHttp> raw_;
};

/// The bytes of a request with Host, Content-Length and, for a body, Content-Type: application/json.
[[nodiscard]] std::string request_text(std::string_view method, std::string_view target, std::string_view body = {},
                                       const std::vector<std::string>& fields = {});

/// One request on a connection of its own; status 0 when there was no answer.
[[nodiscard]] RawResponse http_call(std::uint16_t port, std::string_view method, std::string_view target,
                                    std::string_view body = {}, const std::vector<std::string>& fields = {});

}  // namespace coupon::test
