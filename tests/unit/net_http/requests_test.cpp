// Requests that are served: framing, order, keep-alive.

#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <vector>

#include "fixture.hpp"

namespace coupon::test {
namespace {

TEST(Requests, Are_answered_with_what_the_handler_says) {
  TestServer server([](const http::Request&, http::Responder respond) {
    http::Response response;
    response.status = 409;
    response.body = R"({"a":1})";
    response.headers = {{"X-One", "1"}, {"X-Two", "2"}};
    respond(std::move(response));
  });
  const auto response = server.connect().ask(raw_request("POST", "/", "x"));
  EXPECT_TRUE(response.head.starts_with("HTTP/1.1 409 Conflict\r\n"));
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(response.header("Content-Length"), "7");
  EXPECT_EQ(response.header("X-One"), "1");
  EXPECT_EQ(response.header("X-Two"), "2");
  EXPECT_EQ(response.header("Connection"), "");
  EXPECT_TRUE(response.header("Date").ends_with(" GMT"));
  EXPECT_EQ(response.body, R"({"a":1})");
}

TEST(Requests, Show_all_their_parts_to_the_handler) {
  std::string seen;
  TestServer server([&](const http::Request& request, http::Responder respond) {
    seen.append(request.path).append("|").append(request.query).append("|").append(request.peer).append("|");
    seen.append(request.header("x-USER")).append("|").append(request.header("absent")).append("|");
    seen.append(request.body);
    respond({});
  });
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("PUT", "/a%20b?c=d", "body", "X-User:  me \r\nX-User: other\r\n")).status, 200);
  EXPECT_EQ(seen, "/a%20b|c=d|127.0.0.1|me||body");
}

TEST(Requests, Of_every_method_reach_the_handler) {
  TestServer server;
  auto client = server.connect();
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    EXPECT_EQ(client.ask(raw_request(method, "/")).body, method + " /|");
  }
  EXPECT_EQ(client.ask(raw_request("BREW", "/")).body, "OTHER /|");
}

TEST(Requests, With_an_absolute_target_have_a_plain_path) {
  TestServer server(
      [](const http::Request& request, http::Responder respond) { respond({.body = std::string(request.path)}); });
  EXPECT_EQ(server.connect().ask(raw_request("GET", "http://test/x?y")).body, "/x");
}

TEST(Requests, Byte_by_byte_are_served) {
  TestServer server;
  auto client = server.connect();
  const auto plain = raw_request("POST", "/", "hello");
  const auto chunked = raw_request("POST", "/", {}, "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n";
  for (const auto& request : {plain, chunked, plain}) {
    for (const char byte : request) client.send({&byte, 1});
    EXPECT_EQ(client.receive().body, "POST /|hello");
  }
}

TEST(Requests, Half_of_the_next_one_behind_the_first_is_kept) {
  TestServer server;
  auto client = server.connect();
  const auto second = raw_request("POST", "/second", "0123456789");
  for (std::size_t cut = 1; cut < second.size(); ++cut) {
    client.send(raw_request("GET", "/first") + second.substr(0, cut));
    EXPECT_EQ(client.receive().body, "GET /first|");
    client.send(second.substr(cut));
    EXPECT_EQ(client.receive().body, "POST /second|0123456789") << "cut at " << cut;
  }
}

TEST(Requests, Pipelined_are_answered_in_order) {
  TestServer server;
  auto client = server.connect();
  constexpr int kCount = 2'000;
  std::string all;
  for (int index = 0; index < kCount; ++index) all += raw_request("POST", "/" + std::to_string(index), "b");
  client.send(all);
  for (int index = 0; index < kCount; ++index) {
    ASSERT_EQ(client.receive().body, "POST /" + std::to_string(index) + "|b");
  }
}

TEST(Requests, Pipelined_are_answered_in_order_when_every_other_answer_comes_later) {
  TestServer server(
      [](base::Scheduler& loop, int) -> http::Handler {
        return [&loop, count = 0](const http::Request& request, http::Responder respond) mutable {
          auto answer = [body = std::string(request.target), respond = std::move(respond)]() mutable {
            respond({.body = std::move(body)});
          };
          if (++count % 2 == 0) return answer();
          loop.post([answer = std::make_shared<decltype(answer)>(std::move(answer))] { (*answer)(); });
        };
      },
      test_config());
  auto client = server.connect();
  constexpr int kCount = 500;
  std::string all;
  for (int index = 0; index < kCount; ++index) all += raw_request("GET", "/" + std::to_string(index));
  client.send(all);
  for (int index = 0; index < kCount; ++index) ASSERT_EQ(client.receive().body, "/" + std::to_string(index));
}

TEST(Requests, Pipelined_by_a_client_that_reads_late_all_get_their_answers) {
  TestServer server([](const http::Request& request, http::Responder respond) {
    respond({.body = std::string(request.target) + std::string(10'000, 'x')});
  });
  RawHttp client(server.port(), 4'096);
  constexpr int kCount = 1'000;
  std::string all;
  for (int index = 0; index < kCount; ++index) all += raw_request("GET", "/" + std::to_string(index));
  client.send(all);
  for (int index = 0; index < kCount; ++index) {
    ASSERT_TRUE(client.receive().body.starts_with("/" + std::to_string(index) + "x"));
  }
}

TEST(Requests, Of_a_client_that_finished_sending_are_answered) {
  TestServer server;
  auto client = server.connect();
  client.send(raw_request("GET", "/last"));
  client.finish_sending();
  EXPECT_EQ(client.receive().body, "GET /last|");
  EXPECT_TRUE(client.is_closed());
}

TEST(Requests, Head_gets_the_length_and_no_body) {
  TestServer server;
  auto client = server.connect();
  client.send(raw_request("HEAD", "/") + raw_request("GET", "/"));
  const auto head = client.receive(true);
  EXPECT_EQ(head.header("Content-Length"), "7");
  EXPECT_EQ(client.receive().body, "GET /|");
}

TEST(Requests, Without_content_are_answered_without_length_and_body) {
  TestServer server(
      [](const http::Request&, http::Responder respond) { respond({.status = 204, .body = "not to be sent"}); });
  auto client = server.connect();
  for (int round = 0; round < 2; ++round) {
    const auto response = client.ask(raw_request("GET", "/"));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.header("Content-Length"), "");
  }
}

TEST(Requests, That_expect_it_are_told_to_continue) {
  TestServer server;
  auto client = server.connect();
  for (int round = 0; round < 2; ++round) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(client.receive().status, 100);
    client.send("hel");
    client.send("lo");
    EXPECT_EQ(client.receive().body, "POST /|hello");
  }
}

TEST(Requests, That_bring_the_body_along_are_not_told_to_continue) {
  TestServer server;
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("POST", "/", "hello", "Expect: 100-continue\r\n")).status, 200);
}

TEST(Requests, That_expect_to_continue_with_too_large_a_body_are_refused_at_once) {
  TestServer server;
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST(KeepAlive, Ends_when_the_client_says_close) {
  TestServer server;
  auto client = server.connect();
  client.send(raw_request("GET", "/", {}, "Connection: close\r\n") + raw_request("GET", "/never"));
  EXPECT_TRUE(client.receive().closes());
  EXPECT_TRUE(client.is_closed());
}

TEST(KeepAlive, Is_off_in_version_10_unless_asked_for) {
  TestServer server;
  auto client = server.connect();
  const auto kept = client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.header("Connection"), "keep-alive");
  EXPECT_TRUE(client.ask("GET / HTTP/1.0\r\n\r\n").closes());
  EXPECT_TRUE(client.is_closed());
}

TEST(KeepAlive, Ends_after_the_configured_number_of_requests) {
  auto config = test_config();
  config.requests_per_connection_max = 3;
  TestServer server(echo, config);
  auto client = server.connect();
  client.send(raw_request("GET", "/1") + raw_request("GET", "/2") + raw_request("GET", "/3") +
              raw_request("GET", "/4"));
  EXPECT_FALSE(client.receive().closes());
  EXPECT_FALSE(client.receive().closes());
  EXPECT_TRUE(client.receive().closes());
  EXPECT_TRUE(client.is_closed());
}

TEST(KeepAlive, Ends_when_the_handler_says_close) {
  TestServer server([](const http::Request&, http::Responder respond) { respond({.close = true}); });
  auto client = server.connect();
  EXPECT_TRUE(client.ask(raw_request("GET", "/")).closes());
  EXPECT_TRUE(client.is_closed());
}

TEST(Loops, All_serve_connections_of_one_port) {
  auto config = test_config();
  config.threads = 2;
  TestServer server(
      [](base::Scheduler&, int index) -> http::Handler {
        return [index](const http::Request&, http::Responder respond) { respond({.body = std::to_string(index)}); };
      },
      config);
  std::set<std::string> loops;
  constexpr int kMany = 64;  // the kernel spreads connections by a hash of their ports
  std::vector<RawHttp> clients;
  for (int count = 0; count < kMany; ++count) {
    loops.insert(clients.emplace_back(server.port()).ask(raw_request("GET", "/")).body);
  }
  EXPECT_EQ(loops, (std::set<std::string>{"0", "1"}));
  EXPECT_EQ(server.metric("http_connections"), kMany);
  EXPECT_EQ(server.metric("http_connections_accepted_total"), kMany);
  EXPECT_EQ(server.metric(R"(http_responses_total{class="2xx"})"), kMany);
}

}  // namespace
}  // namespace coupon::test
