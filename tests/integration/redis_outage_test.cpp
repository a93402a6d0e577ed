// What a client does with a Redis that is gone, silent or not one.

#include <future>
#include <gmock/gmock.h>
#include <thread>
#include <vector>

#include "integration/redis_server.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using base::Result;
using net::redis::Client;
using net::redis::Config;
using ::testing::HasSubstr;

// Calls whose outcomes are looked at later.
class Calls {
 public:
  void start(Client& client, const Arguments& command) {
    auto outcome = std::make_shared<std::promise<Result<Reply>>>();
    outcomes_.push_back(outcome->get_future());
    client.call(command, [outcome](Result<Reply> reply) { outcome->set_value(std::move(reply)); });
  }
  Result<Reply> next() {
    auto outcome = outcomes_.at(next_++).get();
    return outcome;
  }

 private:
  std::vector<std::future<Result<Reply>>> outcomes_;
  std::size_t next_ = 0;
};

class RedisOutage : public ::testing::Test {
 protected:
  [[nodiscard]] Config impatient() const {
    auto config = server_.config();
    config.call_timeout_ms = 300;
    return config;
  }
  RedisServer server_;
  RedisSide side_;
};

TEST_F(RedisOutage, Calls_under_way_when_it_dies_have_an_unknown_outcome_and_later_ones_end_at_once) {
  Client client(side_.loop, server_.config(), side_.metrics);
  call(client, {"PING"});
  Calls calls;
  calls.start(client, {"BLPOP", "nothing", "0"});
  calls.start(client, {"PING"});
  Client other(side_.loop, server_.config(), side_.metrics);
  ASSERT_TRUE(
      eventually([&] { return ask(other, {"INFO", "clients"}).find("blocked_clients:1") != std::string::npos; }));
  server_.kill();
  for (int i = 0; i < 2; ++i) {
    const auto sent = calls.next();
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Errc::kTimeout);
    EXPECT_TRUE(sent.error().retryable);
  }
  for (int i = 0; i < 100; ++i) {
    const auto later = try_call(client, {"PING"});
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().code, Errc::kUnavailable);
    EXPECT_TRUE(later.error().retryable);
  }
  EXPECT_FALSE(client.ready());
  server_.up();
  EXPECT_TRUE(eventually([&] { return client.ready().has_value(); })) << "by itself, without a call";
  EXPECT_EQ(ask(client, {"PING"}), "PONG");
}

TEST_F(RedisOutage, One_that_stops_answering_is_given_up_and_found_again) {
  Client client(side_.loop, impatient(), side_.metrics);
  call(client, {"PING"});
  server_.freeze();
  const auto silent = try_call(client, {"PING"});
  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().message, HasSubstr("no reply within 300 ms"));
  EXPECT_EQ(silent.error().code, Errc::kTimeout);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(try_call(client, {"PING"}).error().code, Errc::kUnavailable);
  server_.thaw();
  EXPECT_EQ(ask(client, {"PING"}), "PONG");
  EXPECT_TRUE(client.ready());
}

TEST_F(RedisOutage, Silence_is_noticed_by_a_client_that_nobody_uses) {
  Client client(side_.loop, impatient(), side_.metrics);
  ASSERT_TRUE(eventually([&] { return client.ready().has_value(); }));
  server_.freeze();
  EXPECT_TRUE(eventually([&] { return !client.ready().has_value(); }));
  server_.thaw();
  EXPECT_TRUE(eventually([&] { return client.ready().has_value(); }));
}

TEST_F(RedisOutage, A_first_connection_that_is_never_answered_ends_in_time) {
  server_.freeze();
  auto config = impatient();
  config.connect_timeout_ms = 200;
  Client client(side_.loop, config, side_.metrics);
  const auto waited = try_call(client, {"PING"});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, Errc::kUnavailable) << "nothing was sent";
  EXPECT_THAT(waited.error().message, HasSubstr("no connection within 200 ms"));
  server_.thaw();
  EXPECT_EQ(ask(client, {"PING"}), "PONG");
}

TEST_F(RedisOutage, A_call_is_not_kept_longer_than_its_time_by_a_slow_connection) {
  server_.freeze();
  auto config = impatient();
  config.connect_timeout_ms = 600'000;
  Client client(side_.loop, config, side_.metrics);
  const auto waited = try_call(client, {"PING"});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, Errc::kUnavailable);
  EXPECT_THAT(waited.error().message, HasSubstr("not sent within 300 ms"));
  server_.thaw();
  EXPECT_EQ(ask(client, {"PING"}), "PONG");
}

TEST_F(RedisOutage, A_script_that_blocks_the_server_times_out) {
  Client client(side_.loop, impatient(), side_.metrics);
  call(client, {"PING"});
  const auto slow = try_call(client, {"DEBUG", "SLEEP", "1.5"});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Errc::kTimeout);
  EXPECT_EQ(ask(client, {"PING"}), "PONG");
}

TEST_F(RedisOutage, Calls_above_the_bound_are_refused_and_those_below_are_kept) {
  auto config = server_.config();
  config.call_timeout_ms = 60'000;
  config.calls_max = 3;
  Client client(side_.loop, config, side_.metrics);
  call(client, {"PING"});
  server_.freeze();
  Calls calls;
  for (int i = 0; i < 3; ++i) calls.start(client, {"PING"});
  const auto refused = try_call(client, {"PING"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kBusy);
  EXPECT_TRUE(refused.error().retryable);
  server_.thaw();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(calls.next());
  EXPECT_TRUE(try_call(client, {"PING"}));
}

TEST_F(RedisOutage, Bytes_above_the_bound_are_refused_and_free_again_when_their_calls_end) {
  auto config = server_.config();
  config.bytes_max = 1'000'000;
  Client client(side_.loop, config, side_.metrics);
  call(client, {"PING"});
  const std::string large(600'000, 'x');
  server_.freeze();
  Calls calls;
  calls.start(client, {"ECHO", large});
  EXPECT_EQ(try_call(client, {"ECHO", large}).error().code, Errc::kBusy);
  server_.thaw();
  EXPECT_TRUE(calls.next());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(try_call(client, {"ECHO", large}));
}

TEST_F(RedisOutage, A_backlog_larger_than_the_sockets_buffers_goes_through_in_order) {
  Client client(side_.loop, server_.config(), side_.metrics);
  const std::string large(400'000, 'x');
  constexpr int kCalls = 60;
  server_.freeze();
  Calls calls;
  for (int i = 0; i < kCalls; ++i) calls.start(client, {"APPEND", "all", large});
  server_.thaw();
  for (int i = 1; i <= kCalls; ++i) {
    const auto length = calls.next();
    ASSERT_TRUE(length) << length.error().message;
    ASSERT_EQ(length->view().integer(), i * static_cast<std::int64_t>(large.size()));
  }
}

TEST_F(RedisOutage, Ending_a_client_ends_its_calls) {
  Calls calls;
  {
    Client client(side_.loop, server_.config(), side_.metrics);
    call(client, {"PING"});
    for (int i = 0; i < 100; ++i) calls.start(client, {"BLPOP", "nothing", "0"});
  }
  for (int i = 0; i < 100; ++i) {
    const auto ended = calls.next();
    ASSERT_FALSE(ended);
    EXPECT_TRUE(ended.error().code == Errc::kTimeout || ended.error().code == Errc::kUnavailable);
  }
}

TEST_F(RedisOutage, No_completion_runs_behind_the_end_of_its_client) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> ended = 0;
    int expected = 0;
    {
      Client client(side_.loop, server_.config(), side_.metrics);
      // Each makes another call when it ends, in the client's last moment too.
      for (int i = 0; i < 20; ++i) {
        client.call({"PING"}, [&](Result<Reply> /*reply*/) {
          ++ended;
          client.call({"BLPOP", "nothing", "0"}, [&](Result<Reply> /*reply*/) { ++ended; });
        });
        expected += 2;
      }
      // Every other time the end comes when there is a connection. (A call of ours would wait behind the BLPOPs.)
      ASSERT_TRUE(round % 2 != 0 || eventually([&] { return ended > 0; }));
    }
    ASSERT_EQ(ended, expected);
  }
}

TEST_F(RedisOutage, Many_threads_may_call_while_it_comes_and_goes) {
  Client client(side_.loop, server_.config(), side_.metrics);
  std::atomic<bool> stop = false;
  std::atomic<int> good = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        if (try_call(client, {"PING"})) ++good;
        breathe();
      }
    });
  }
  for (int i = 0; i < 3; ++i) {
    const int before = good;
    EXPECT_TRUE(eventually([&] { return good > before; }));
    server_.restart();
  }
  const int before = good;
  EXPECT_TRUE(eventually([&] { return good > before; }));
  stop = true;
}

TEST_F(RedisOutage, Out_of_memory_is_retryable_and_says_what_to_do) {
  Client client(side_.loop, server_.config(), side_.metrics);
  call(client, {"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = try_call(client, {"SET", "a", "b"});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("raise maxmemory"));
}

TEST(RedisNowhere, Nobody_listening_is_said_at_once) {
  RedisSide side;
  Config config;
  config.port = 1;
  Client client(side.loop, config, side.metrics);
  const auto refused = try_call(client, {"PING"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("127.0.0.1:1: Connection refused"));
}

TEST(RedisNowhere, A_host_without_an_address_is_named) {
  RedisSide side;
  Config config;
  config.host = "redis.invalid";
  Client client(side.loop, config, side.metrics);
  const auto refused = try_call(client, {"PING"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("redis.invalid"));
}

TEST(RedisNowhere, A_client_ends_while_it_connects) {
  RedisSide side;
  Config config;
  config.host = "redis.invalid";
  for (int i = 0; i < 20; ++i) {
    Calls calls;
    {
      Client client(side.loop, config, side.metrics);
      calls.start(client, {"PING"});
    }
    EXPECT_FALSE(calls.next());
  }
}

}  // namespace
}  // namespace coupon::test
