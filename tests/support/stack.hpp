#pragma once
// Real servers for a test, started with compose/stack.sh.

#include <cstdint>
#include <string>

namespace coupon::test {

/// Servers with their data in one folder. Thread-safe; so are several of one folder, in any number of processes.
class Stack {
 public:
  /// In `folder`, which outlives the servers.
  explicit Stack(std::string folder) : folder_(std::move(folder)) {}

  /// Starts "redis", "kafka" or "mysql" unless it runs. Answers its port on 127.0.0.1, the same after a restart.
  /// Blocks; throws when it does not start.
  std::uint16_t up(const std::string& server, const std::string& redis_options = {}) const;
  void down(const std::string& server) const;
  /// kill -9.
  void kill(const std::string& server) const;
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  void run(const std::string& command, const std::string& server) const;
  std::string folder_;
};

/// The one that all tests of a build share: Kafka and MariaDB take long to start. Give every test a database and a
/// topic of its own there. ./dev test ends it.
[[nodiscard]] const Stack& shared_stack();

/// A word that no other test of any process has used on the shared servers.
[[nodiscard]] std::string unique_word();

}  // namespace coupon::test
