#pragma once
// A connection to Redis that keeps itself up: calls are pipelined, lost connections are made again with growing,
// jittered waits, and every call ends within its time. The protocol is hiredis's, the sockets, timers and TLS are
// Asio's.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/redis/command.hpp"
#include "net/redis/reply.hpp"

namespace coupon::net::redis {

struct Config {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  int database = 0;
  std::string user;      ///< empty: the default user
  std::string password;  ///< empty: none
  bool tls = false;
  std::string tls_ca;                       ///< file of certificates to trust; empty: the system's
  std::int64_t connect_timeout_ms = 2'000;  ///< to a connection that takes commands
  /// From sending a call to its reply; a connection that is later is given up. A call waits as long to be sent at most.
  /// A connection that nobody used for so long is asked whether it still answers.
  std::int64_t call_timeout_ms = 2'000;
  std::int64_t retry_ms = 50;  ///< first wait before connecting again
  std::int64_t retry_max_ms = 1'000;
  std::size_t calls_max = 10'000;            ///< calls without a reply; above: kBusy
  std::size_t bytes_max = 64 * 1024 * 1024;  ///< of their arguments; above: kBusy
};

/// The thread that all connections of a program share. Must outlive its clients.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

 private:
  friend class Client;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Thread-safe.
class Client {
 public:
  /// Called exactly once, on the loop's thread; what it throws is logged. Errors: kBusy and kUnavailable before it was
  /// sent (nothing happened); kTimeout (sent, no reply: the outcome is unknown), both retryable; what an error reply
  /// means. Without a connection, what its greeting was refused for (a wrong password is not retryable).
  using Done = std::move_only_function<void(base::Result<Reply>)>;

  /// Connects by itself; calls wait for the first connection, and end at once while a lost one is made again. Loop and
  /// metrics must outlive it.
  Client(Loop& loop, Config config, base::Metrics& metrics);
  /// Ends what is under way: kTimeout what was sent, kUnavailable what was not. No completion runs after it. Blocks for
  /// the loop; never on its thread.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Calls are run in the order they were made on one thread, but for scripts that the server did not know.
  void call(const Arguments& command, Done done);
  /// Runs a script by its digest, and by its text where the server does not know it (any more). `arguments` begin with
  /// the number of keys. The script must outlive the call.
  void run(const Script& script, Arguments arguments, Done done);
  /// Is it connected? An Error says why not; one that is not retryable (a wrong password) says that waiting is vain.
  [[nodiscard]] base::Result<> ready() const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace coupon::net::redis
