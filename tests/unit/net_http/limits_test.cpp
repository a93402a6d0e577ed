// Every bound in time and number, with bounds small enough to be reached.

#include <gtest/gtest.h>
#include <optional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "fixture.hpp"

namespace coupon::test {
namespace {

constexpr std::int64_t kShortMs = 40;
constexpr std::size_t kMoreThanBuffersHold = 8'000'000;

std::string timeouts(const std::string& stage) { return "http_timeouts_total{stage=\"" + stage + "\"}"; }

TEST(Timeouts, Unfinished_header_is_answered_408) {
  auto config = test_config();
  config.header_timeout_ms = kShortMs;
  TestServer server(echo, config);
  auto client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost:");
  const auto response = client.receive();
  EXPECT_EQ(response.status, 408);
  EXPECT_TRUE(response.closes());
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.metric(timeouts("header")), 1);
}

TEST(Timeouts, Header_that_trickles_in_does_not_get_more_time) {
  auto config = test_config();
  config.header_timeout_ms = kShortMs;
  config.header_bytes_max = 1 << 20;  // what trickles in must not reach the other limit first
  TestServer server(echo, config);
  auto client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  ASSERT_TRUE(eventually([&] { return !client.try_send("x") || client.readable(); }));
  EXPECT_EQ(client.receive().status, 408);
}

TEST(Timeouts, Unfinished_body_is_answered_408) {
  auto config = test_config();
  config.body_timeout_ms = kShortMs;
  TestServer server(echo, config);
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.metric(timeouts("body")), 1);
}

TEST(Timeouts, Unfinished_chunks_are_answered_408) {
  auto config = test_config();
  config.body_timeout_ms = kShortMs;
  TestServer server(echo, config);
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  EXPECT_EQ(client.receive().status, 408);
}

TEST(Timeouts, Idle_connection_is_closed_without_a_word) {
  auto config = test_config();
  config.idle_timeout_ms = kShortMs;
  TestServer server(echo, config);
  auto silent = server.connect();
  EXPECT_TRUE(silent.is_closed());
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 200);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.metric(timeouts("idle")), 2);
  EXPECT_TRUE(server.falls_to("http_connections", 0));
}

TEST(Timeouts, Request_without_an_answer_is_answered_503_and_the_late_answer_is_dropped) {
  std::vector<http::Responder> waiting;
  base::Scheduler* scheduler = nullptr;
  auto config = test_config();
  config.answer_timeout_ms = kShortMs;
  TestServer server(
      [&](base::Scheduler& loop, int) -> http::Handler {
        scheduler = &loop;
        return [&](const http::Request&, http::Responder respond) { waiting.push_back(std::move(respond)); };
      },
      config);
  auto client = server.connect();
  const auto response = client.ask(raw_request("GET", "/"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.header("Retry-After"), "1");
  EXPECT_TRUE(response.closes());
  EXPECT_EQ(server.metric(timeouts("answer")), 1);
  scheduler->post([&] {
    for (auto& respond : waiting) respond({});
    waiting.clear();
  });
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.metric(R"(http_responses_total{class="2xx"})"), 0);
}

TEST(Timeouts, Client_that_does_not_read_is_cut) {
  auto config = test_config();
  config.write_timeout_ms = kShortMs;
  TestServer server(
      [](const http::Request&, http::Responder respond) { respond({.body = std::string(kMoreThanBuffersHold, 'x')}); },
      config);
  RawHttp client(server.port(), 4'096);
  client.send(raw_request("GET", "/"));
  EXPECT_TRUE(server.reaches(timeouts("write"), 1));
  EXPECT_TRUE(server.falls_to("http_connections", 0));
  EXPECT_LT(client.receive_all().size(), kMoreThanBuffersHold);
}

TEST(Limits, Connection_beyond_the_limit_is_told_to_come_back) {
  auto config = test_config();
  config.connections_max = 2;
  TestServer server(echo, config);
  auto first = server.connect();
  EXPECT_EQ(first.ask(raw_request("GET", "/")).status, 200);
  {
    auto second = server.connect();
    EXPECT_EQ(second.ask(raw_request("GET", "/")).status, 200);
    auto third = server.connect();
    const auto response = third.receive();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
    EXPECT_TRUE(response.closes());
    EXPECT_TRUE(third.is_closed());
    EXPECT_EQ(server.metric(R"(http_connections_refused_total{reason="limit"})"), 1);
  }
  ASSERT_TRUE(server.falls_to("http_connections", 1));
  EXPECT_EQ(first.ask(raw_request("GET", "/")).status, 200);
  EXPECT_EQ(server.connect().ask(raw_request("GET", "/")).status, 200);
}

TEST(Limits, Refused_connection_gets_its_answer_also_when_its_request_comes_first) {
  auto config = test_config();
  config.connections_max = 0;
  TestServer server(echo, config);
  for (int round = 0; round < 50; ++round) {
    auto client = server.connect();
    EXPECT_TRUE(client.try_send(raw_request("POST", "/", std::string(1'000, 'x'))));
    EXPECT_EQ(client.receive().status, 503);
  }
}

// Lowers the limit of descriptors so that none is left.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit none = before_;
    none.rlim_cur = 0;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  }
  ~NoDescriptorsLeft() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  rlimit before_{};
};

TEST(Limits, Lack_of_descriptors_delays_a_connection_and_does_not_lose_it) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer needs descriptors of its own for every check of a type";
#endif
  TestServer server([](const http::Request&, http::Responder respond) { respond({}); });
  const auto series = R"(http_connections_refused_total{reason="descriptors"})";
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 200);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_GE(socket, 0);
  std::optional<RawHttp> late;
  {
    const NoDescriptorsLeft none;
    late.emplace(server.port(), 0, socket);
    EXPECT_TRUE(server.reaches(series, 1));
  }
  EXPECT_EQ(late->ask(raw_request("GET", "/")).status, 200);
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 200);
}

}  // namespace
}  // namespace coupon::test
