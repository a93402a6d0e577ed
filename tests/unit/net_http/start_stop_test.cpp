// The begin and the end of a server.

#include <arpa/inet.h>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <semaphore>
#include <vector>

#include "fixture.hpp"

namespace coupon::test {
namespace {

base::Result<> start_with(const http::ServerConfig& config) {
  base::Metrics metrics;
  http::Server server(config, metrics);
  return server.start([](base::Scheduler&, int) -> http::Handler { return echo; });
}

TEST(Start, Fails_with_a_remedy_when_another_server_has_the_port) {
  TestServer first;
  auto config = test_config();
  config.port = first.port();
  config.threads = 2;
  const auto second = start_with(config);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::Errc::kConflict);
  EXPECT_EQ(second.error().message,
            "port " + std::to_string(first.port()) + " is in use: stop the other server or choose another with --port");
  EXPECT_EQ(first.connect().ask(raw_request("GET", "/")).status, 200);
}

TEST(Start, Takes_the_port_of_a_server_that_has_stopped) {
  auto config = test_config();
  std::optional<RawHttp> client;
  {
    TestServer first;
    config.port = first.port();
    client.emplace(first.port());
    EXPECT_EQ(client->ask(raw_request("GET", "/")).status, 200);
  }
  TestServer second(echo, config);
  EXPECT_EQ(second.port(), config.port);
  EXPECT_EQ(second.connect().ask(raw_request("GET", "/")).status, 200);
}

TEST(Start, Fails_with_a_remedy_when_the_address_is_wrong) {
  auto config = test_config();
  config.address = "localhost";
  const auto named = start_with(config);
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, base::Errc::kInvalid);
  EXPECT_NE(named.error().message.find("--address"), std::string::npos);
  config.address = "192.0.2.1";  // reserved for documentation: nobody has it
  const auto foreign = start_with(config);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, base::Errc::kInvalid);
  EXPECT_NE(foreign.error().message.find("--address"), std::string::npos);
}

TEST(Start, Is_refused_without_threads_and_a_second_time) {
  auto config = test_config();
  config.threads = 0;
  EXPECT_FALSE(start_with(config));
  TestServer server;
  EXPECT_FALSE(server.server().start([](base::Scheduler&, int) -> http::Handler { return echo; }));
}

TEST(Start, Makes_one_handler_a_loop) {
  auto config = test_config();
  config.threads = 3;
  std::vector<int> indexes;
  TestServer server(
      [&](base::Scheduler&, int index) -> http::Handler {
        indexes.push_back(index);
        return echo;
      },
      config);
  EXPECT_EQ(indexes, (std::vector{0, 1, 2}));
}

TEST(Stop, Of_a_server_that_never_started_or_has_stopped_does_nothing) {
  base::Metrics metrics;
  http::Server never(test_config(), metrics);
  EXPECT_EQ(never.stop(), 0);
  TestServer server;
  EXPECT_EQ(server.server().stop(), 0);
  EXPECT_EQ(server.server().stop(), 0);
}

TEST(Stop, Closes_idle_connections_and_refuses_new_ones) {
  TestServer server;
  auto silent = server.connect();
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 200);
  const auto port = server.port();
  EXPECT_EQ(server.server().stop(), 0);
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(silent.is_closed());
  EXPECT_THROW(RawHttp{port}, std::runtime_error);
  EXPECT_EQ(server.metric("http_connections"), 0);
  EXPECT_EQ(server.metric(R"(http_timeouts_total{stage="idle"})"), 0);
}

TEST(Stop, Destroys_the_handlers) {
  const auto held = std::make_shared<int>(0);
  TestServer server([](base::Scheduler&, int) -> http::Handler { return echo; }, test_config());
  TestServer holding(http::Server::MakeHandler([held](base::Scheduler&, int) -> http::Handler {
                       return [held](const http::Request&, http::Responder respond) { respond({}); };
                     }),
                     test_config());
  EXPECT_GT(held.use_count(), 1);
  EXPECT_EQ(holding.connect().ask(raw_request("GET", "/")).status, 200);
  EXPECT_EQ(holding.server().stop(), 0);
  EXPECT_EQ(held.use_count(), 1);
}

// A handler that stands still on its loop's thread until it is let go, and says when it stands.
struct Gate {
  std::binary_semaphore reached{0};
  std::binary_semaphore open{0};

  [[nodiscard]] http::Handler handler() {
    return [this](const http::Request& request, http::Responder respond) {
      if (request.path == "/gate") {
        reached.release();
        open.acquire();
      }
      echo(request, std::move(respond));
    };
  }
};

TEST(Stop, Answers_what_waits_in_the_backlog_and_what_is_pipelined) {
  Gate gate;
  TestServer server(gate.handler());
  auto standing = server.connect();
  standing.send(raw_request("GET", "/gate") + raw_request("GET", "/behind"));
  gate.reached.acquire();
  std::vector<RawHttp> waiting;
  constexpr int kMany = 300;
  for (int count = 0; count < kMany; ++count) {
    waiting.emplace_back(server.port()).send(raw_request("POST", "/waiting", "x"));
  }
  auto stopped = std::async(std::launch::async, [&] { return server.server().stop(); });
  gate.open.release();
  EXPECT_EQ(standing.receive().body, "GET /gate|");
  EXPECT_EQ(standing.receive().body, "GET /behind|");
  for (auto& client : waiting) EXPECT_EQ(client.receive().body, "POST /waiting|x");
  standing.finish_sending();
  for (auto& client : waiting) client.finish_sending();
  EXPECT_EQ(stopped.get(), 0);
}

// Holds requests until the test answers them on the loop.
struct Held {
  base::Scheduler* loop = nullptr;
  std::vector<http::Responder> responders;
  std::atomic<int> count = 0;

  [[nodiscard]] http::Server::MakeHandler maker() {
    return [this](base::Scheduler& scheduler, int) -> http::Handler {
      loop = &scheduler;
      return [this](const http::Request&, http::Responder respond) {
        responders.push_back(std::move(respond));
        ++count;
      };
    };
  }
};

TEST(Stop, Answers_requests_in_flight_and_says_that_the_connection_ends) {
  Held held;
  TestServer server(held.maker(), test_config());
  auto client = server.connect();
  client.send(raw_request("GET", "/"));
  auto idle = server.connect();
  ASSERT_TRUE(eventually([&] { return held.count == 1; }));
  auto stopped = std::async(std::launch::async, [&] { return server.server().stop(); });
  EXPECT_TRUE(idle.is_closed());  // so the stop has begun
  EXPECT_FALSE(client.readable());
  held.loop->post([&] { held.responders[0]({.status = 201}); });
  const auto response = client.receive();
  EXPECT_EQ(response.status, 201);
  EXPECT_TRUE(response.closes());
  EXPECT_TRUE(client.is_closed());
  client.finish_sending();
  EXPECT_EQ(stopped.get(), 0);
}

TEST(Stop, Lets_a_request_that_is_being_read_finish) {
  TestServer server;
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  auto idle = server.connect();
  EXPECT_EQ(idle.ask(raw_request("GET", "/")).status, 200);
  auto stopped = std::async(std::launch::async, [&] { return server.server().stop(); });
  EXPECT_TRUE(idle.is_closed());
  client.send("hello");
  const auto response = client.receive();
  EXPECT_EQ(response.body, "POST /|hello");
  EXPECT_TRUE(response.closes());
  client.finish_sending();
  EXPECT_EQ(stopped.get(), 0);
}

TEST(Stop, Cuts_what_is_left_after_the_grace_and_counts_it) {
  Held held;
  auto config = test_config();
  config.grace_ms = 30;
  TestServer server(held.maker(), config);
  auto unanswered = server.connect();
  unanswered.send(raw_request("GET", "/"));
  ASSERT_TRUE(eventually([&] { return held.count == 1; }));
  auto unread = server.connect();
  unread.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(unread.receive().status, 100);
  EXPECT_EQ(server.server().stop(), 2);
  EXPECT_TRUE(unanswered.is_closed());
  EXPECT_TRUE(unread.is_closed());
  held.responders.clear();  // answers to connections that are gone, after the loops
}

TEST(Stop, Leaves_responders_harmless_that_outlive_the_server) {
  Held held;
  auto config = test_config();
  config.grace_ms = 0;
  std::optional<RawHttp> client;
  {
    TestServer server(held.maker(), config);
    client.emplace(server.port());
    client->send(raw_request("GET", "/"));
    ASSERT_TRUE(eventually([&] { return held.count == 1; }));
  }
  held.responders[0]({});
  held.responders.clear();
  EXPECT_TRUE(client->is_closed());
}

}  // namespace
}  // namespace coupon::test
