// Client over https: it asks the server that it wants, in time, and takes no cut answer for a whole one.

#include <atomic>
#include <gmock/gmock.h>

#include "fixture.hpp"
#include "net/http/client.hpp"
#include "tls_server.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using net::http::Client;
using net::http::ClientConfig;
using net::http::Url;
using ::testing::HasSubstr;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kUntilTheEnd = "HTTP/1.1 200 OK\r\n\r\nuntil the end";

Url url_of(std::uint16_t port, bool tls = true) {
  return {.host = "127.0.0.1", .port = port, .base_path = {}, .tls = tls};
}

class HttpsClient : public ::testing::Test {
 protected:
  [[nodiscard]] Client client(const TlsServer& server) const { return Client(url_of(server.port()), config_); }
  Authority authority_;
  std::shared_ptr<SSL_CTX> context_ = server_context(authority_.issue("IP:127.0.0.1"));
  ClientConfig config_{.tls = {.server_name = {}, .ca_file = authority_.file(), .insecure = false}};
};

TEST_F(HttpsClient, Asks_many_times_on_one_connection) {
  std::atomic<int> connections = 0;
  const TlsServer server(context_, [&](TakenConnection& connection) {
    ++connections;
    connection.shake();
    for (;;) connection.say(connection.read_request().starts_with("GET /x HTTP/1.1\r\nHost: 127.0.0.1:") ? kOk : "?");
  });
  auto asking = client(server);
  for (int i = 0; i < 3; ++i) {
    const auto answer = asking.ask({.target = "/x", .body = {}, .headers = {}});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "ok");
  }
  EXPECT_EQ(connections, 1);
}

TEST_F(HttpsClient, Reads_answers_of_many_records) {
  config_.answer_bytes_max = 2'000'000;
  const std::string large(1'000'000, 'x');
  const TlsServer server(context_, [&](TakenConnection& connection) {
    connection.shake();
    connection.read_request();
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    for (std::size_t at = 0; at < large.size(); at += 10'000) connection.say(large.substr(at, 10'000));
    connection.wait_for_end();
  });
  auto asking = client(server);
  const auto answer = asking.ask({});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->body == large);
}

TEST_F(HttpsClient, Takes_the_servers_word_for_the_end_of_a_body_without_length) {
  const TlsServer server(context_, [](TakenConnection& connection) {
    connection.shake();
    connection.read_request();
    connection.say(kUntilTheEnd);
    connection.goodbye();
  });
  auto asking = client(server);
  const auto answer = asking.ask({});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "until the end");
}

TEST_F(HttpsClient, Does_not_take_a_cut_answer_for_a_whole_one) {
  const TlsServer server(context_, [](TakenConnection& connection) {
    connection.shake();
    connection.read_request();
    connection.say(kUntilTheEnd);
  });
  auto asking = client(server);
  const auto answer = asking.ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kIo);
  EXPECT_THAT(answer.error().message, HasSubstr("cut"));
}

TEST_F(HttpsClient, Replaces_a_connection_that_the_server_closed_when_asking_again_is_safe) {
  for (const bool with_a_word : {true, false}) {
    std::atomic<int> asked = 0;
    const TlsServer server(context_, [&](TakenConnection& connection) {
      connection.shake();
      connection.read_request();
      ++asked;
      connection.say(kOk);
      if (with_a_word) connection.goodbye();
    });
    auto asking = client(server);
    for (int i = 0; i < 3; ++i) {
      const auto answer = asking.ask({});
      ASSERT_TRUE(answer) << answer.error().message;
    }
    EXPECT_EQ(asked, 3);
  }
}

TEST_F(HttpsClient, Asks_nothing_of_a_server_with_the_wrong_certificate) {
  std::atomic<bool> asked = false;
  const TlsServer server(server_context(authority_.issue("DNS:elsewhere")), [&](TakenConnection& connection) {
    connection.shake();
    connection.read_request();
    asked = true;
    connection.say(kOk);
  });
  {
    auto asking = client(server);
    const auto answer = asking.ask({});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::kUnavailable);
    EXPECT_FALSE(answer.error().retryable);
    EXPECT_THAT(answer.error().message, HasSubstr("DNS:elsewhere, not for 127.0.0.1"));
  }
  EXPECT_FALSE(asked);
  config_.tls.insecure = true;
  auto careless = client(server);
  EXPECT_TRUE(careless.ask({}));
  EXPECT_TRUE(asked);
}

TEST_F(HttpsClient, Says_which_file_of_authorities_is_none) {
  config_.tls.ca_file = "/nowhere/ca.pem";
  const auto answer = Client(url_of(1), config_).ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kInvalid);
  EXPECT_THAT(answer.error().message, HasSubstr("/nowhere/ca.pem"));
}

TEST_F(HttpsClient, Gives_up_a_handshake_that_does_not_end_in_time) {
  const TlsServer server(context_, [](TakenConnection& connection) { connection.wait_for_end(); });
  config_.timeout_ms = 50;
  auto asking = client(server);
  const auto answer = asking.ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnavailable);
  EXPECT_TRUE(answer.error().retryable);
  EXPECT_THAT(answer.error().message, HasSubstr("TLS handshake"));
}

TEST_F(HttpsClient, Gives_up_an_answer_that_does_not_come_in_time) {
  const TlsServer server(context_, [](TakenConnection& connection) {
    connection.shake();
    connection.wait_for_end();
  });
  config_.timeout_ms = 300;
  auto asking = client(server);
  auto answer = asking.ask({});
  // On a busy machine the handshake does not always fit in.
  while (!answer && answer.error().code == Errc::kUnavailable) answer = asking.ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kTimeout) << answer.error().message;
}

TEST_F(HttpsClient, Tells_that_a_server_does_not_speak_TLS) {
  const TestServer plain;
  const auto answer = Client(url_of(plain.port()), config_).ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnavailable);
  EXPECT_FALSE(answer.error().retryable);
  EXPECT_THAT(answer.error().message, HasSubstr("the server does not speak TLS"));
}

TEST_F(HttpsClient, Tells_that_a_server_speaks_only_TLS) {
  const TlsServer server(context_, [](TakenConnection& connection) {
    connection.write({"\x15\x03\x01\x00\x02\x02\x46", 7});  // an alert: this is no TLS version
    connection.wait_for_end();
  });
  const auto answer = Client(url_of(server.port(), false), config_).ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kCorrupt);
  EXPECT_THAT(answer.error().message, HasSubstr("write https://"));
}

TEST(HttpsUrl, Has_its_own_port) {
  const auto url = net::http::parse_url("https://shop.example/v1/").value();
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.authority(), "shop.example");
  EXPECT_EQ(url.text(), "https://shop.example/v1");
  EXPECT_EQ(net::http::parse_url("https://shop:80").value().authority(), "shop:80");
  EXPECT_EQ(net::http::parse_url("http://shop:443").value().authority(), "shop:443");
  EXPECT_FALSE(net::http::parse_url("http://shop").value().tls);
  EXPECT_FALSE(net::http::parse_url("https://"));
  EXPECT_FALSE(net::http::parse_url("https:/shop"));
}

}  // namespace
}  // namespace coupon::test
