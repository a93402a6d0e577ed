#pragma once
// A server on a free port and what its tests ask of it.

#include <functional>
#include <string>
#include <string_view>

#include "base/metrics.hpp"
#include "net/http/server.hpp"
#include "support/raw_http.hpp"

namespace coupon::test {

namespace http = net::http;

/// Small bounds and long patience; a test changes what it is about.
[[nodiscard]] http::ServerConfig test_config();

/// Answers 200 with "METHOD target|body".
void echo(const http::Request& request, http::Responder respond);

class TestServer {
 public:
  explicit TestServer(http::Handler handler = echo, http::ServerConfig config = test_config());
  TestServer(const http::Server::MakeHandler& make_handler, http::ServerConfig config);

  [[nodiscard]] RawHttp connect() const { return RawHttp(server_.port()); }
  [[nodiscard]] http::Server& server() { return server_; }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] double metric(std::string_view series) const;
  /// Waits until a series has at least this value; false after a generous while.
  [[nodiscard]] bool reaches(std::string_view series, double value) const;
  [[nodiscard]] bool falls_to(std::string_view series, double value) const;

 private:
  base::Metrics metrics_;
  http::Server server_;
};

/// Waits until `condition` holds; false after a generous while.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace coupon::test
