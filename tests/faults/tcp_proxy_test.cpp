// The tool of the fault suite that stands between two programs.

#include "support/tcp_proxy.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace coupon::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Way = TcpProxy::Way;

// Sends back what comes, a thread a connection.
class Echo {
 public:
  Echo() : acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
    thread_ = std::jthread([this] {
      for (;;) {
        error_code error;
        auto socket = std::make_shared<tcp::socket>(io_);
        acceptor_.accept(*socket, error);
        if (error) return;
        sockets_.push_back(socket);
        workers_.emplace_back([socket] {
          std::array<char, 4096> buffer{};
          error_code ended;
          while (!ended) {
            const auto size = socket->read_some(asio::buffer(buffer), ended);
            if (std::string_view(buffer.data(), size) == "quit")
              return void(socket->shutdown(tcp::socket::shutdown_send));
            if (!ended) asio::write(*socket, asio::buffer(buffer, size), ended);
          }
        });
      }
    });
  }
  ~Echo() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
    for (const auto& socket : sockets_) ::shutdown(socket->native_handle(), SHUT_RDWR);
  }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
  std::vector<std::jthread> workers_;
  std::jthread thread_;
};

class TcpProxyTest : public ::testing::Test {
 protected:
  tcp::socket connect() {
    tcp::socket socket(io_);
    socket.connect({asio::ip::make_address("127.0.0.1"), proxy_.port()});
    return socket;
  }
  static void send(tcp::socket& socket, const std::string& text) { asio::write(socket, asio::buffer(text)); }
  // So many bytes, or "ERROR" when the connection ends before.
  static std::string receive(tcp::socket& socket, std::size_t size) {
    std::string text(size, '\0');
    error_code error;
    asio::read(socket, asio::buffer(text), error);
    return error ? error == asio::error::eof ? "EOF" : "ERROR" : text;
  }
  static std::string ask(tcp::socket& socket, const std::string& text) {
    send(socket, text);
    return receive(socket, text.size());
  }

  asio::io_context io_;
  Echo echo_;
  TcpProxy proxy_{echo_.port()};
};

TEST_F(TcpProxyTest, Forwards_both_ways_and_counts) {
  auto socket = connect();
  EXPECT_EQ(ask(socket, "hello"), "hello");
  const std::string large(1'000'000, 'x');
  std::jthread writer([&] { send(socket, large); });
  EXPECT_EQ(receive(socket, large.size()), large);
  EXPECT_EQ(proxy_.connections(), 1);
  EXPECT_EQ(proxy_.bytes(Way::kRequests), 1'000'005);
  EXPECT_EQ(proxy_.bytes(Way::kReplies), 1'000'005);
}

TEST_F(TcpProxyTest, Cuts_what_is_open_and_forwards_what_comes_later) {
  auto socket = connect();
  EXPECT_EQ(ask(socket, "a"), "a");
  proxy_.cut();
  EXPECT_EQ(receive(socket, 1), "ERROR");
  auto later = connect();
  EXPECT_EQ(ask(later, "b"), "b");
}

TEST_F(TcpProxyTest, Refuses_while_it_is_told_to) {
  proxy_.refuse(true);
  auto refused = connect();
  EXPECT_EQ(receive(refused, 1), "ERROR");
  proxy_.refuse(false);
  auto taken = connect();
  EXPECT_EQ(ask(taken, "c"), "c");
}

TEST_F(TcpProxyTest, Loses_a_reply_whose_request_was_carried_out) {
  auto socket = connect();
  EXPECT_EQ(ask(socket, "d"), "d");
  proxy_.swallow_replies();
  EXPECT_EQ(proxy_.armed(), 1);
  EXPECT_EQ(ask(socket, "lost"), "ERROR");
  EXPECT_EQ(proxy_.armed(), 0);
  EXPECT_EQ(proxy_.bytes(Way::kRequests), 5);
  EXPECT_EQ(proxy_.bytes(Way::kReplies), 1);
  auto later = connect();
  EXPECT_EQ(ask(later, "e"), "e");
}

TEST_F(TcpProxyTest, Holds_one_way_and_lets_go_of_what_waited) {
  auto socket = connect();
  EXPECT_EQ(ask(socket, "f"), "f");
  proxy_.hold(Way::kReplies);
  send(socket, "waits");
  auto other = connect();
  send(other, "also");
  while (proxy_.bytes(Way::kRequests) < 10) std::this_thread::yield();
  EXPECT_EQ(proxy_.bytes(Way::kReplies), 1);
  proxy_.let_go(Way::kReplies);
  EXPECT_EQ(receive(socket, 5), "waits");
  EXPECT_EQ(receive(other, 4), "also");
}

TEST_F(TcpProxyTest, Lets_go_of_what_waits_now_and_holds_what_comes_after_it) {
  auto socket = connect();
  proxy_.hold(Way::kReplies);
  send(socket, "first");
  while (proxy_.bytes(Way::kReplies) == 0) proxy_.let_one_go(Way::kReplies);
  EXPECT_EQ(receive(socket, 5), "first");
  send(socket, "second");
  while (proxy_.bytes(Way::kRequests) < 11) std::this_thread::yield();
  EXPECT_EQ(proxy_.bytes(Way::kReplies), 5);
  proxy_.let_go(Way::kReplies);
  EXPECT_EQ(receive(socket, 6), "second");
}

TEST_F(TcpProxyTest, Holds_the_end_of_a_connection_as_well) {
  auto socket = connect();
  auto other = connect();
  EXPECT_EQ(ask(socket, "hi"), "hi");
  proxy_.hold(Way::kReplies);
  send(socket, "quit");
  while (proxy_.bytes(Way::kRequests) < 6) std::this_thread::yield();
  send(other, "later");
  while (proxy_.bytes(Way::kRequests) < 11) std::this_thread::yield();
  socket.non_blocking(true);
  std::array<char, 8> bytes{};
  error_code error;
  socket.read_some(asio::buffer(bytes), error);
  EXPECT_EQ(error, asio::error::would_block) << "it was told";
  socket.non_blocking(false);
  proxy_.let_go(Way::kReplies);
  EXPECT_EQ(receive(socket, 1), "EOF");
  EXPECT_EQ(receive(other, 5), "later");
}

TEST_F(TcpProxyTest, Cuts_after_so_many_bytes) {
  auto socket = connect();
  proxy_.cut_after(Way::kReplies, 3);
  send(socket, "12345");
  EXPECT_EQ(receive(socket, 5), "ERROR");
  EXPECT_EQ(proxy_.bytes(Way::kReplies), 3);
  EXPECT_EQ(proxy_.armed(), 0);
}

TEST_F(TcpProxyTest, Delays_each_way) {
  proxy_.delay(std::chrono::milliseconds(20));
  auto socket = connect();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(socket, "slow"), "slow");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(40));
}

}  // namespace
}  // namespace coupon::test
