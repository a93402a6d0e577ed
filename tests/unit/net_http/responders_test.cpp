// Handlers that answer late, never, twice, wrongly, or throw.

#include <future>
#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>

#include "fixture.hpp"

namespace coupon::test {
namespace {

// A handler that keeps its responders until the test lets them go, on the loop's thread.
class Waiting {
 public:
  [[nodiscard]] http::Server::MakeHandler maker() {
    return [this](base::Scheduler& loop, int) -> http::Handler {
      loop_ = &loop;
      return [this](const http::Request&, http::Responder respond) {
        responders_.push_back(std::move(respond));
        ++count_;
      };
    };
  }
  [[nodiscard]] bool holds(std::size_t count) const {
    return eventually([&] { return count_.load() >= count; });
  }
  // Runs `task` on the loop, with the responders, and waits for it.
  void on_loop(const std::function<void(std::vector<http::Responder>&)>& task) {
    std::promise<void> done;
    loop_->post([&] {
      task(responders_);
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  base::Scheduler* loop_ = nullptr;
  std::vector<http::Responder> responders_;  // the loop's thread only
  std::atomic<std::size_t> count_ = 0;
};

TEST(Handlers, May_answer_later) {
  Waiting waiting;
  TestServer server(waiting.maker(), test_config());
  auto client = server.connect();
  client.send(raw_request("GET", "/"));
  ASSERT_TRUE(waiting.holds(1));
  EXPECT_FALSE(client.readable());
  waiting.on_loop([](auto& responders) { responders[0]({.status = 201}); });
  EXPECT_EQ(client.receive().status, 201);
}

TEST(Handlers, See_the_next_pipelined_request_only_after_their_answer) {
  Waiting waiting;
  TestServer server(waiting.maker(), test_config());
  auto client = server.connect();
  client.send(raw_request("GET", "/1") + raw_request("GET", "/2"));
  ASSERT_TRUE(waiting.holds(1));
  waiting.on_loop([](auto& responders) {
    EXPECT_EQ(responders.size(), 1U);
    responders[0]({.status = 201});
  });
  ASSERT_TRUE(waiting.holds(2));
  waiting.on_loop([](auto& responders) { responders[1]({.status = 202}); });
  EXPECT_EQ(client.receive().status, 201);
  EXPECT_EQ(client.receive().status, 202);
}

TEST(Handlers, May_answer_many_connections_at_once) {
  Waiting waiting;
  TestServer server(waiting.maker(), test_config());
  constexpr std::size_t kMany = 300;
  std::vector<RawHttp> clients;
  for (std::size_t count = 0; count < kMany; ++count) {
    // The second request waits behind the first: its bytes must survive the answers to the others.
    clients.emplace_back(server.port()).send(raw_request("GET", "/1") + raw_request("GET", "/2"));
  }
  ASSERT_TRUE(waiting.holds(kMany));
  const auto answer_all = [](auto& responders) {
    for (auto& respond : std::exchange(responders, {})) respond({});
  };
  waiting.on_loop(answer_all);
  ASSERT_TRUE(waiting.holds(2 * kMany));
  waiting.on_loop(answer_all);
  for (auto& client : clients) {
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(client.receive().status, 200);
  }
}

TEST(Handlers, May_answer_another_connection_from_inside_theirs) {
  std::vector<http::Responder> waiting;
  std::string body;
  TestServer server([&](const http::Request& request, http::Responder respond) {
    if (request.path == "/wait") return waiting.push_back(std::move(respond));
    for (auto& other : std::exchange(waiting, {})) other({.status = 202});
    body = request.body;  // still the bytes of this request
    respond({});
  });
  auto patient = server.connect();
  patient.send(raw_request("POST", "/wait", "wait") + raw_request("POST", "/other", "pipelined-behind"));
  auto busy = server.connect();
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(busy.ask(raw_request("POST", "/now", "mine")).status, 200);
    return patient.readable();
  }));
  EXPECT_EQ(patient.receive().status, 202);
  EXPECT_EQ(patient.receive().status, 200);
  EXPECT_EQ(busy.ask(raw_request("POST", "/now", "mine")).status, 200);
  EXPECT_EQ(body, "mine");
}

TEST(Handlers, That_answer_after_the_client_left_harm_nobody) {
  Waiting waiting;
  TestServer server(waiting.maker(), test_config());
  {
    auto client = server.connect();
    client.send(raw_request("GET", "/"));
    ASSERT_TRUE(waiting.holds(1));
  }
  auto next = server.connect();
  next.send(raw_request("GET", "/"));
  ASSERT_TRUE(waiting.holds(2));
  waiting.on_loop([](auto& responders) {
    for (auto& respond : responders) respond({.body = std::string(1'000'000, 'x')});
  });
  EXPECT_EQ(next.receive().status, 200);
  EXPECT_TRUE(server.falls_to("http_connections", 1));
}

TEST(Handlers, That_drop_a_request_answer_500) {
  TestServer server([](const http::Request&, http::Responder) {});
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 500);
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 500);
}

TEST(Handlers, That_throw_answer_500) {
  TestServer server([](const http::Request&, http::Responder) { throw std::runtime_error("on purpose"); });
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 500);
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 500);
}

TEST(Handlers, That_throw_after_keeping_the_responder_answer_500_once) {
  std::vector<http::Responder> kept;
  TestServer server([&](const http::Request& request, http::Responder respond) {
    if (request.path == "/fine") return respond({});
    kept.push_back(std::move(respond));
    throw std::runtime_error("on purpose");
  });
  auto client = server.connect();
  EXPECT_EQ(client.ask(raw_request("GET", "/")).status, 500);
  EXPECT_EQ(client.ask(raw_request("GET", "/fine")).status, 200);
  EXPECT_EQ(server.server().stop(), 0);
}

class Unsendable : public testing::TestWithParam<http::Response> {};

TEST_P(Unsendable, Answer_is_replaced_by_500) {
  TestServer server([](const http::Request&, http::Responder respond) { respond(http::Response(GetParam())); });
  const auto response = server.connect().ask(raw_request("GET", "/"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.header("Injected"), "");
}

INSTANTIATE_TEST_SUITE_P(Handlers, Unsendable,
                         testing::Values(http::Response{.headers = {{"X", "a\r\nInjected: 1"}}},
                                         http::Response{.headers = {{"X: a\r\nInjected", "1"}}},
                                         http::Response{.headers = {{"", "a"}}},
                                         http::Response{.headers = {{"X", "a\nb"}}}, http::Response{.status = 99},
                                         http::Response{.status = 100}, http::Response{.status = 600},
                                         http::Response{.content_type = "a\r\nInjected: 1"}));

}  // namespace
}  // namespace coupon::test
