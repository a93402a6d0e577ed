#include "tls_server.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace coupon::test {

namespace asio = boost::asio;

std::string TakenConnection::read_some() {
  std::array<char, 4'096> chunk{};
  return {chunk.data(), socket_.read_some(asio::buffer(chunk))};
}

void TakenConnection::write(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }

void TakenConnection::shake() {
  while (!tls_.open()) write(tls_.feed(read_some()));
}

std::string TakenConnection::read_request() {
  const std::string_view end = "\r\n\r\n";
  auto at = std::string::npos;
  while ((at = tls_.heard().find(end, taken_)) == std::string::npos) write(tls_.feed(read_some()));
  const auto from = std::exchange(taken_, at + end.size());
  return tls_.heard().substr(from, taken_ - from);
}

void TakenConnection::wait_for_end() {
  boost::system::error_code error;
  std::array<char, 4'096> chunk{};
  while (!error) socket_.read_some(asio::buffer(chunk), error);
}

TlsServer::TlsServer(std::shared_ptr<SSL_CTX> context, Serve serve)
    : context_(std::move(context)),
      serve_(std::move(serve)),
      acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
      thread_([this] { run(); }) {}

TlsServer::~TlsServer() { ::shutdown(acceptor_.native_handle(), SHUT_RDWR); }

void TlsServer::run() {
  for (;;) {
    boost::system::error_code error;
    auto socket = acceptor_.accept(error);
    if (error) return;
    TakenConnection connection(std::move(socket), context_);
    try {
      serve_(connection);
    } catch (const std::exception&) {
      continue;  // the client went away, which is for the test to judge
    }
  }
}

}  // namespace coupon::test
