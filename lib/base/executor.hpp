#pragma once
// Where a completion runs. Ports take an Executor, so that no rule knows an event loop.

#include <chrono>
#include <functional>
#include <future>
#include <utility>

#include "base/result.hpp"

namespace coupon::base {

using Task = std::move_only_function<void()>;

/// Called exactly once with the outcome.
template <class T>
using Done = std::move_only_function<void(Result<T>)>;

/// Runs tasks, in the order posted, on one thread (or strand). `post` is thread-safe and does not block.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(Task task) = 0;

 protected:
  Executor() = default;
  Executor(const Executor&) = default;
  Executor& operator=(const Executor&) = default;
};

/// An executor with a clock: what a use case with deadlines needs.
class Scheduler : public Executor {
 public:
  /// Runs `task` on the executor's thread no earlier than `delay` from now. Thread-safe.
  virtual void after(std::chrono::milliseconds delay, Task task) = 0;

 protected:
  Scheduler() = default;
};

/// Runs each task at once on the thread that posts it: for callers that block on the result anyway.
class InlineExecutor final : public Executor {
 public:
  void post(Task task) override;
};

/// Starts an asynchronous call and blocks until it completes:
///   auto status = wait<GateStatus>([&](auto done) { gate.status(code, std::move(done)); });
/// Never call it on the thread that runs the completions.
template <class T, class Start>
[[nodiscard]] Result<T> wait(Start&& start) {
  std::promise<Result<T>> promise;
  auto future = promise.get_future();
  std::forward<Start>(start)(Done<T>([&promise](Result<T> result) { promise.set_value(std::move(result)); }));
  return future.get();
}

}  // namespace coupon::base
