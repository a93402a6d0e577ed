#pragma once
// A server on a free port that does with each connection what the test says, on a thread of its own, one after another.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tls_peer.hpp"

namespace coupon::test {

/// A taken connection: bare at first, encrypted from shake() on. Reading throws when the client is gone.
class TakenConnection {
 public:
  TakenConnection(boost::asio::ip::tcp::socket socket, std::shared_ptr<SSL_CTX> context)
      : socket_(std::move(socket)), tls_(std::move(context)) {}

  void shake();
  /// Waits for the next one; it ends with its empty line.
  std::string read_request();
  void say(std::string_view plaintext) { write(tls_.say(plaintext)); }
  /// close_notify.
  void goodbye() { write(tls_.goodbye()); }
  void write(std::string_view bytes);
  /// Until the client closes.
  void wait_for_end();

 private:
  [[nodiscard]] std::string read_some();

  boost::asio::ip::tcp::socket socket_;
  TlsPeer tls_;
  std::size_t taken_ = 0;  // of what was heard
};

class TlsServer {
 public:
  using Serve = std::function<void(TakenConnection&)>;
  TlsServer(std::shared_ptr<SSL_CTX> context, Serve serve);
  /// Waits for the connection that is being served: close the client's first.
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void run();

  std::shared_ptr<SSL_CTX> context_;
  Serve serve_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::jthread thread_;
};

}  // namespace coupon::test
