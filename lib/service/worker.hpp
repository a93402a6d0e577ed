#pragma once
// The loops that must run somewhere for every store: persist (journal to ledger) and relay (pending to journal).

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "service/persister.hpp"
#include "service/relay.hpp"

namespace coupon::service {

struct WorkerConfig {
  bool persist = true;
  bool relay = true;
  std::int64_t poll_wait_ms = 200;       ///< longest wait for a record; also how fast a stop is noticed
  std::int64_t relay_interval_ms = 500;  ///< between looks for pending grants
  std::int64_t backoff_ms = 100;         ///< first wait after a failed pass
  std::int64_t backoff_max_ms = 5'000;
};

/// Runs from construction to stop(), on threads of its own. Persister and relay must outlive it.
class Worker {
 public:
  Worker(Persister& persister, Relay& relay, const WorkerConfig& config);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Finishes the batch in hand, then ends. Blocks; may be called twice.
  void stop();
  /// Empty, or why the last pass of a loop failed. Thread-safe.
  [[nodiscard]] std::string trouble() const;

 private:
  /// What a pass asks for: the next one at once, after the loop's interval, or (an Error) after a backoff.
  using Pass = std::function<base::Result<bool>()>;
  void loop(const char* name, std::string& trouble, std::int64_t interval_ms, const Pass& pass);
  /// False when the stop came first.
  [[nodiscard]] bool wait(std::int64_t delay_ms);

  WorkerConfig config_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string persist_trouble_;
  std::string relay_trouble_;
  std::thread persist_;
  std::thread relay_;
};

}  // namespace coupon::service
