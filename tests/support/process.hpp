#pragma once
// Runs a real program: arguments, environment, its output, signals, and a deadline on everything.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "support/temp_folder.hpp"

namespace coupon::test {

struct ProcessOptions {
  std::string folder;                              ///< working directory; empty: ours
  std::map<std::string, std::string> environment;  ///< added to ours
};

/// Ends the program (SIGKILL) when it goes out of scope while it still runs.
class Process {
 public:
  explicit Process(std::vector<std::string> command, const ProcessOptions& options = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number);
  [[nodiscard]] bool running();
  /// The exit code, or 128 + the signal that ended it. Fails the test and kills the program after `deadline`.
  int wait(std::chrono::seconds deadline = std::chrono::seconds(60));
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// What was written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  bool reap(bool block);
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::string out_path_;
  std::string err_path_;
};

struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};
/// Runs to the end.
[[nodiscard]] Finished run(std::vector<std::string> command, const ProcessOptions& options = {});

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

/// Asks `condition` again and again until it holds; false after `deadline`.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::seconds deadline = std::chrono::seconds(30));

/// Gives the processor to others for a moment: between two looks at a condition.
void breathe();

template <class Condition>
bool eventually(Condition condition, std::chrono::seconds deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= until) return false;
    breathe();
  }
}

}  // namespace coupon::test
