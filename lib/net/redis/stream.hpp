#pragma once
// A TCP connection, encrypted or not, as the client uses it. Part of net/redis, used by nothing else.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "net/redis/client.hpp"

namespace coupon::net::redis {

/// Belongs to the loop's thread. Handlers may run after close(), with an error; what they refer to must still be there.
class Stream {
 public:
  using ErrorCode = boost::system::error_code;
  using Handler = std::function<void(const ErrorCode&, std::size_t)>;

  Stream(boost::asio::io_context& io, const Config& config);

  /// Resolves, connects and, with TLS, checks the server's certificate against its host name.
  void open(std::function<void(const ErrorCode&)> done);
  void read_some(char* to, std::size_t size, Handler done);
  /// `bytes` must live until `done`.
  void write_all(const std::string& bytes, Handler done);
  void close();

 private:
  using Tcp = boost::asio::ip::tcp;
  void on_connected(std::function<void(const ErrorCode&)> done);

  const Config& config_;
  Tcp::resolver resolver_;
  Tcp::socket socket_;
  boost::asio::ssl::context tls_context_;
  std::optional<boost::asio::ssl::stream<Tcp::socket&>> tls_;
};

}  // namespace coupon::net::redis
