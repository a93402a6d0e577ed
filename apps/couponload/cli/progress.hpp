#pragma once
// One line about what goes on: five times a second on a terminal, otherwise every five seconds.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace coupon::load {

/// Shows `line()` on stderr from a thread of its own until it is destroyed; an empty line shows nothing.
class ProgressLine {
 public:
  ProgressLine(bool quiet, std::function<std::string()> line);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void run(const std::stop_token& stop);
  void show(const std::string& text);

  bool terminal_;
  std::function<std::string()> line_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace coupon::load
