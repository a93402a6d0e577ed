#pragma once
// The desk does what has to wait for the ledger, away from the io loops: a few threads, each with engines of its own,
// and a bounded queue in front of them.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "net/http/message.hpp"
#include "profile/engines.hpp"
#include "profile/workbench.hpp"
#include "service/backend.hpp"

namespace coupon::srv {

/// Thread-safe. Engines, clock and metrics must outlive it.
class Desk {
 public:
  /// May block.
  using Work = std::move_only_function<net::http::Response(service::Backend&)>;

  Desk(base::Metrics& metrics, std::size_t queue_max);
  /// Finishes what is queued, then ends.
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  /// Starts the threads, once, before the first submit.
  [[nodiscard]] base::Result<> start(profile::Engines& engines, const base::Clock& clock, base::Metrics& metrics,
                                     std::size_t threads);

  /// Runs `work` on a desk thread and answers on `loop`. A full queue answers 503 at once; an exception, 500.
  /// Call it on the loop's thread; the loop must outlive the desk.
  void submit(base::Scheduler& loop, net::http::Responder responder, Work work);

 private:
  struct Item {
    base::Scheduler* loop;
    net::http::Responder responder;
    Work work;
  };
  void run(service::Backend& backend);

  std::size_t queue_max_;
  base::Counter refused_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  bool ending_ = false;
  std::vector<std::unique_ptr<profile::Workbench>> benches_;  // one a thread
  std::vector<std::thread> threads_;
};

}  // namespace coupon::srv
