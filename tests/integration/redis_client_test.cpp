// What a client does with a Redis that answers.

#include <future>
#include <gmock/gmock.h>
#include <vector>

#include "integration/redis_server.hpp"

namespace coupon::test {
namespace {

using base::Errc;
using net::redis::Client;
using net::redis::Script;
using ::testing::HasSubstr;
using ::testing::Not;

class RedisClient : public ::testing::Test {
 protected:
  RedisServer server_;
  RedisSide side_;
};

TEST_F(RedisClient, Replies_come_in_the_order_of_the_calls) {
  constexpr std::int64_t kCalls = 5'000;
  Client client(side_.loop, server_.config(), side_.metrics);
  std::vector<std::int64_t> seen;
  std::promise<void> all;
  for (int i = 0; i < kCalls; ++i) {
    client.call({"INCR", "n"}, [&](base::Result<Reply> reply) {
      seen.push_back(reply ? reply->view().integer() : 0);
      if (seen.size() == kCalls) all.set_value();
    });
  }
  all.get_future().wait();
  for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], static_cast<std::int64_t>(i) + 1);
}

TEST_F(RedisClient, Any_bytes_go_there_and_back) {
  Client client(side_.loop, server_.config(), side_.metrics);
  const std::string bytes("\r\n$3\r\n\0\xff", 8);
  EXPECT_EQ(ask(client, {"ECHO", bytes}), bytes);
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(ask(client, {"ECHO", large}), large);
}

TEST_F(RedisClient, A_database_is_selected_on_every_connection) {
  auto config = server_.config();
  config.database = 3;
  Client client(side_.loop, config, side_.metrics);
  call(client, {"SET", "where", "three"});
  Client other(side_.loop, server_.config(), side_.metrics);
  EXPECT_TRUE(call(other, {"GET", "where"}).view().nil());
  call(other, {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  EXPECT_EQ(ask(client, {"GET", "where"}), "three");
}

TEST_F(RedisClient, A_database_that_is_not_there_is_not_waited_for) {
  auto config = server_.config();
  config.database = 99;
  Client client(side_.loop, config, side_.metrics);
  const auto reply = try_call(client, {"PING"});
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().retryable);
  EXPECT_THAT(reply.error().message, HasSubstr("check the number"));
}

TEST_F(RedisClient, A_password_that_is_not_wanted_is_not_retryable) {
  auto config = server_.config();
  config.password = "needless";
  Client client(side_.loop, config, side_.metrics);
  const auto reply = try_call(client, {"PING"});
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().retryable);
  EXPECT_THAT(reply.error().message, HasSubstr("leave COUPON_GATE_PASSWORD out"));
}

// By the server's own count of the commands.
std::string times(Client& client, const std::string& command) {
  const auto stats = ask(client, {"INFO", "commandstats"});
  const auto name = "cmdstat_" + command + ":calls=";
  const auto at = stats.find(name);
  if (at == std::string::npos) return "0";
  return stats.substr(at + name.size(), stats.find(',', at) - at - name.size());
}

TEST_F(RedisClient, After_a_script_flush_the_text_is_sent_once_and_then_the_digest_again) {
  const Script script("return ARGV[1]");
  Client client(side_.loop, server_.config(), side_.metrics);
  const auto run = [&](const std::string& word) {
    auto reply = base::wait<Reply>([&](auto done) { client.run(script, {"0", word}, std::move(done)); });
    return reply ? std::string(reply->view().text()) : reply.error().message;
  };
  EXPECT_EQ(run("a"), "a");
  EXPECT_EQ(run("b"), "b");
  EXPECT_EQ(times(client, "eval"), "1");
  call(client, {"SCRIPT", "FLUSH"});
  EXPECT_EQ(run("c"), "c");
  EXPECT_EQ(run("d"), "d");
  EXPECT_EQ(times(client, "eval"), "2");
  EXPECT_EQ(times(client, "evalsha"), "4");
}

TEST_F(RedisClient, Scripts_that_the_server_forgot_all_at_once_all_get_their_own_reply) {
  constexpr std::size_t kCalls = 200;
  const Script script("return ARGV[1]");
  Client client(side_.loop, server_.config(), side_.metrics);
  std::vector<std::string> seen(kCalls);
  std::promise<void> all;
  std::size_t ended = 0;
  for (std::size_t i = 0; i < kCalls; ++i) {
    client.run(script, {"0", std::to_string(i)}, [&, i](base::Result<Reply> reply) {
      seen[i] = reply ? reply->view().text() : reply.error().message;
      if (++ended == kCalls) all.set_value();
    });
  }
  all.get_future().wait();
  for (std::size_t i = 0; i < kCalls; ++i) EXPECT_EQ(seen[i], std::to_string(i));
}

TEST_F(RedisClient, A_completion_that_throws_takes_nobody_else_with_it) {
  Client client(side_.loop, server_.config(), side_.metrics);
  client.call({"PING"}, [](base::Result<Reply> /*reply*/) { throw std::runtime_error("a bug of the caller's"); });
  EXPECT_EQ(ask(client, {"PING"}), "PONG");
  EXPECT_TRUE(client.ready());
}

TEST_F(RedisClient, A_replica_refuses_writes_with_an_error_that_says_what_it_is) {
  Client client(side_.loop, server_.config(), side_.metrics);
  call(client, {"REPLICAOF", "127.0.0.1", "1"});
  const auto refused = try_call(client, {"SET", "a", "b"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_THAT(refused.error().message, HasSubstr("it is a replica"));
  call(client, {"REPLICAOF", "NO", "ONE"});
  EXPECT_EQ(ask(client, {"SET", "a", "b"}), "OK");
}

TEST_F(RedisClient, Too_many_clients_are_a_matter_of_waiting) {
  Client first(side_.loop, server_.config(), side_.metrics);
  call(first, {"CONFIG", "SET", "maxclients", "1"});
  Client second(side_.loop, server_.config(), side_.metrics);
  const auto refused = try_call(second, {"PING"});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().retryable) << refused.error().message;
  call(first, {"CONFIG", "SET", "maxclients", "100"});
  EXPECT_EQ(ask(second, {"PING"}), "PONG");
}

TEST(RedisClientPassword, Right_ones_connect_and_a_wrong_one_is_not_worth_waiting_for) {
  const RedisServer server("--requirepass secret");
  RedisSide side;
  auto config = server.config();
  const auto error_with = [&](const std::string& user, const std::string& password) {
    config.user = user;
    config.password = password;
    Client client(side.loop, config, side.metrics);
    auto reply = try_call(client, {"PING"});
    if (reply) return base::Error{};
    EXPECT_FALSE(client.ready()) << user;
    return reply.error();
  };
  EXPECT_EQ(error_with("", "secret").message, "");
  for (const auto* wrong : {"hunter2", ""}) {
    const auto error = error_with("", wrong);
    EXPECT_EQ(error.code, Errc::kUnavailable);
    EXPECT_FALSE(error.retryable);
    EXPECT_THAT(error.message, HasSubstr("COUPON_GATE_PASSWORD"));
    EXPECT_THAT(error.message, Not(HasSubstr("hunter2"))) << "no password in a message";
  }
  {
    config.user.clear();
    config.password = "secret";
    Client admin(side.loop, config, side.metrics);
    call(admin, {"ACL", "SETUSER", "gate", "on", ">its-own", "~c:*", "+@all"});
  }
  EXPECT_EQ(error_with("gate", "its-own").message, "");
  EXPECT_FALSE(error_with("gate", "secret").retryable);
}

TEST(RedisClientPassword, A_user_without_the_rights_is_told_so) {
  const RedisServer server;
  RedisSide side;
  Client admin(side.loop, server.config(), side.metrics);
  call(admin, {"ACL", "SETUSER", "gate", "on", ">word", "~*", "+ping", "+eval", "+evalsha", "+hget"});
  auto config = server.config();
  config.user = "gate";
  config.password = "word";
  Client client(side.loop, config, side.metrics);
  const auto command = try_call(client, {"SET", "a", "b"});
  ASSERT_FALSE(command);
  EXPECT_FALSE(command.error().retryable);
  EXPECT_THAT(command.error().message, HasSubstr("ACL"));
  const Script script("return redis.call('INFO', 'replication')");
  const auto scripted = base::wait<Reply>([&](auto done) { client.run(script, {"0"}, std::move(done)); });
  ASSERT_FALSE(scripted);
  EXPECT_FALSE(scripted.error().retryable);
  EXPECT_THAT(scripted.error().message, HasSubstr("ACL"));
}

}  // namespace
}  // namespace coupon::test
