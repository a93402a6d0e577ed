#pragma once
// One way to stop a program: SIGINT or SIGTERM asks for a graceful stop, a second one ends it at once.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace coupon::base {

/// Raised once, by whoever is told to stop. Thread-safe. A handler of signals shares it with who waits, since a signal
/// may still come when nobody waits any more.
class StopFlag {
 public:
  void raise();
  void wait();  ///< until it is raised
  [[nodiscard]] bool raised() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool raised_ = false;
};

/// Construct it first in main, before any thread: it blocks SIGINT and SIGTERM (inherited by every thread) and
/// ignores SIGPIPE and SIGXFSZ (a file at the limit of its size). The handler runs on a thread of its own, so it may
/// lock and post. A second signal ends the process at once with exit code 130.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// From now on the first signal calls `handler(signal)`; a signal that came earlier calls it at once. Call once.
  void on_stop(std::function<void(int signal)> handler);
  /// The signal that came, or 0. Thread-safe.
  [[nodiscard]] int received() const { return received_.load(); }

 private:
  void watch(const std::function<void(int)>& handler);
  std::atomic<int> received_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace coupon::base
