#pragma once
// A TCP connection, encrypted or not, as the client uses it. Part of net/redis, used by nothing else.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "net/redis/client.hpp"

namespace coupon::net::redis {

/// Belongs to the loop's thread. Handlers may run after close(), with an error; what they refer to, this object first
/// of all, must still be there.
class Stream {
 public:
  using ErrorCode = boost::system::error_code;
  using Handler = std::function<void(const ErrorCode&)>;
  using ReadHandler = std::function<void(const ErrorCode&, std::string_view)>;

  Stream(boost::asio::io_context& io, const Config& config);

  /// Resolves, connects and, with TLS, checks the server's certificate against its host name. May throw when the system
  /// has no thread or memory left.
  void open(Handler done);
  /// Gives `done` what came; it is valid until the next read.
  void read_some(ReadHandler done);
  /// `bytes` must live until `done`.
  void write_all(const std::string& bytes, Handler done);
  void close();

  /// What an error of this stream means to who waits for the server at `address`. A certificate that is refused is the
  /// only one that does not pass by itself.
  [[nodiscard]] base::Error error_of(const ErrorCode& error, std::string_view address);

 private:
  using Tcp = boost::asio::ip::tcp;
  using Tls = boost::asio::ssl::stream<Tcp::socket&>;
  static constexpr std::size_t kReadSize = 64 * 1024;

  void on_connected(Handler done);
  /// Trusts what the configuration says and expects the host's name.
  ErrorCode prepare_tls();

  const Config& config_;
  Tcp::resolver resolver_;
  Tcp::socket socket_;
  bool closed_ = false;
  std::optional<boost::asio::ssl::context> tls_context_;
  std::optional<Tls> tls_;
  std::array<char, kReadSize> in_{};
};

}  // namespace coupon::net::redis
