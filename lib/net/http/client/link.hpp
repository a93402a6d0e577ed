#pragma once
// One connection to a server, encrypted or not, whose calls block until a deadline. Part of Client, used by nothing
// else.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http/client/tls.hpp"
#include "net/http/client/url.hpp"

namespace coupon::net::http {

/// Not thread-safe. Every error closes the connection.
class Link {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  Link(Url url, TlsSettings tls) : url_(std::move(url)), settings_(std::move(tls)) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Resolves, connects and shakes hands. kUnavailable; not retryable when the certificate or TLS itself is the matter.
  /// kInvalid when the file of authorities is no such thing.
  [[nodiscard]] base::Result<> open(Instant deadline);
  /// kIo, kTimeout: part of it may have been sent.
  [[nodiscard]] base::Result<> send(std::string_view bytes, Instant deadline);
  /// What comes next, valid until the next call; empty: the server ended its side, and with TLS said so. kIo, kTimeout.
  [[nodiscard]] base::Result<std::string_view> receive(Instant deadline);
  void close();
  /// As far as is known without asking the network.
  [[nodiscard]] bool is_open() const { return socket_ && (!tls_ || tls_->state() == TlsFilter::State::kOpen); }

 private:
  using SystemError = boost::system::error_code;
  static constexpr std::size_t kScratchBytes = std::size_t{16} * 1024;

  template <class Start>
  SystemError run(Instant deadline, Start&& start);
  SystemError write(std::string_view bytes, Instant deadline);
  SystemError read(std::size_t& size, Instant deadline);
  base::Result<> shake(Instant deadline);
  base::Result<> decrypt(Instant deadline);
  std::unexpected<base::Error> unreachable(std::string_view reason, bool retryable);
  std::unexpected<base::Error> broken(const SystemError& error, std::string_view doing);
  std::unexpected<base::Error> broken_tls();

  Url url_;
  TlsSettings settings_;
  std::optional<TlsContext> context_;
  boost::asio::io_context io_{1};
  std::optional<boost::asio::ip::tcp::socket> socket_;
  std::optional<TlsFilter> tls_;
  std::string came_;     // decrypted, not yet given to the caller
  std::string shown_;    // decrypted, the caller looks at it
  std::string to_send_;  // encrypted
  std::array<char, kScratchBytes> scratch_{};
};

}  // namespace coupon::net::http
