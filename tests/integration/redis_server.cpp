#include "integration/redis_server.hpp"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace coupon::test {

Reply call(net::redis::Client& client, const Arguments& command) {
  base::Result<Reply> reply = base::fail(base::Errc::kInternal, "never called");
  const bool taken = eventually([&] {
    reply = try_call(client, command);
    return reply.has_value() || !reply.error().retryable;
  });
  if (!taken || !reply) throw std::runtime_error(reply.error().message);
  return std::move(*reply);
}

std::string ask(net::redis::Client& client, const Arguments& command) {
  const auto reply = call(client, command);
  const auto text = reply.view().text();
  return text.empty() ? std::to_string(reply.view().integer()) : std::string(text);
}

RedisServer::RedisServer(std::string options) : stack_(folder_.path()), options_(std::move(options)) {
  config_.port = stack_.up("redis", options_);
  config_.call_timeout_ms = 30'000;  // its disk may be busy
}

RedisServer::~RedisServer() { stack_.kill("redis"); }

void RedisServer::restart() const {
  stack_.kill("redis");
  up();
}

void RedisServer::signal(int number) const {
  const auto pid = std::stoi(read_file(folder_.file("redis/pid")));
  if (::kill(pid, number) != 0) throw std::runtime_error("Redis cannot be signalled");
}

}  // namespace coupon::test
