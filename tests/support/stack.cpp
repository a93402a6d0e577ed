#include "support/stack.hpp"

#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include "support/process.hpp"

namespace coupon::test {

void Stack::run(const std::string& command, const std::string& server) const {
  const auto done = test::run({COUPON_STACK_SCRIPT, command, folder_, server});
  if (done.code != 0) throw std::runtime_error(fmt::format("stack {} {}: {}", command, server, done.err));
}

std::uint16_t Stack::up(const std::string& server, const std::string& redis_options) const {
  const auto done = test::run({COUPON_STACK_SCRIPT, "up", folder_, server},
                              {.folder = {}, .environment = {{"REDIS_OPTIONS", redis_options}}});
  if (done.code != 0) throw std::runtime_error(fmt::format("{} does not start: {}", server, done.err));
  return static_cast<std::uint16_t>(std::stoi(read_file(folder_ + "/" + server + "/port")));
}

void Stack::down(const std::string& server) const { run("down", server); }
void Stack::kill(const std::string& server) const { run("kill", server); }

const Stack& shared_stack() {
  static const Stack kStack(COUPON_STACK_FOLDER);
  return kStack;
}

std::string unique_word() {
  static std::atomic<int> count{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("t{}_{}_{}", std::chrono::duration_cast<std::chrono::microseconds>(now).count(), getpid(),
                     ++count);
}

}  // namespace coupon::test
