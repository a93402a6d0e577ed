#pragma once
// A Redis of a test's own, and blocking calls to it.

#include <csignal>
#include <string>
#include <string_view>

#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "net/redis/client.hpp"
#include "support/process.hpp"
#include "support/stack.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

using net::redis::Arguments;
using net::redis::Reply;

[[nodiscard]] inline base::Result<Reply> try_call(net::redis::Client& client, const Arguments& command) {
  return base::wait<Reply>([&](auto done) { client.call(command, std::move(done)); });
}

/// Calls until Redis takes it: throws the last Error after a while.
Reply call(net::redis::Client& client, const Arguments& command);
/// The same, and the reply's text, or its integer as text.
std::string ask(net::redis::Client& client, const Arguments& command);

/// Ends with the object.
class RedisServer {
 public:
  /// `options` of redis-server, for example "--requirepass secret".
  explicit RedisServer(std::string options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  void kill() const { stack_.kill("redis"); }
  /// Where it was before.
  void up() const { stack_.up("redis", options_); }
  void restart() const;
  /// Stops answering, with every connection left open.
  void freeze() const { signal(SIGSTOP); }
  void thaw() const { signal(SIGCONT); }

  [[nodiscard]] net::redis::Config config() const { return config_; }
  [[nodiscard]] std::string port() const { return std::to_string(config_.port); }

 private:
  void signal(int number) const;

  TempFolder folder_;
  Stack stack_;
  std::string options_;
  net::redis::Config config_;
};

/// The rest of what a client needs.
struct RedisSide {
  base::Metrics metrics;
  net::redis::Loop loop;
};

}  // namespace coupon::test
