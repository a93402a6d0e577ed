#pragma once
// Loops that must run somewhere for every store, each on a thread of its own.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace coupon::service {

struct WorkerLoop {
  /// What a pass asks for: the next one at once (true), after the interval (false), or (an Error) after a backoff.
  using Pass = std::function<base::Result<bool>()>;

  std::string name;
  std::int64_t interval_ms = 0;
  Pass pass;
  std::function<std::string()> trouble = {};    ///< what is wrong although passes succeed; thread-safe; may be empty
  std::function<base::Result<>()> finish = {};  ///< once, after the last pass; may be empty
};

struct WorkerConfig {
  std::int64_t backoff_ms = 100;  ///< first wait after a failed pass
  std::int64_t backoff_max_ms = 5'000;
};

/// Runs from construction to stop(). What the passes refer to must outlive it.
class Worker {
 public:
  Worker(std::vector<WorkerLoop> loops, const WorkerConfig& config);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Finishes the passes in hand, then ends. Blocks; may be called twice.
  void stop();
  /// Empty, or why the last pass of a loop failed. Thread-safe.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Running {
    WorkerLoop loop;
    std::string trouble;
    std::thread thread;
  };
  void run(Running& running);
  /// False when the stop came first.
  [[nodiscard]] bool wait(std::int64_t delay_ms);

  WorkerConfig config_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::list<Running> loops_;
};

}  // namespace coupon::service
