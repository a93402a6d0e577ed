#pragma once
// Group commit: one thread owns one connection; all work that waits while a commit runs leaves in the next one. So
// the price of a durable commit is shared by everybody who waits for it, without a timer and without delay when idle.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::net::sql {

struct GroupCommitConfig {
  std::size_t queue_max = 10'000;  ///< waiting works; above it submit answers kBusy
  std::size_t group_max = 64;      ///< works in one transaction
  std::int64_t patience_ms = 10;   ///< longest wait of a patient work for company
};

/// Thread-safe.
class GroupCommit {
 public:
  /// Runs on the group's thread inside a transaction. An Error undoes this work alone.
  using Work = std::move_only_function<base::Result<>(Database&)>;
  /// Called on the group's thread after the commit. An Error of the commit itself reaches every work of the group, and
  /// nothing of it is stored.
  using Finished = std::move_only_function<void(base::Result<>)>;
  enum class Kind {
    kRead,
    kWrite,
    kPatient,  ///< a write that nobody waits for: it leaves with the next other work, so that it costs no commit of its
               ///< own
  };

  GroupCommit(std::unique_ptr<Database> database, GroupCommitConfig config, base::Metrics& metrics);
  /// Finishes what was submitted, then ends.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// Never blocks on the store. With a full queue `finished` gets kBusy at once, on the caller's thread.
  void submit(Kind kind, Work work, Finished finished);
  /// Submits and blocks until finished. Never from a Work or a Finished.
  [[nodiscard]] base::Result<> run(Kind kind, Work work);

 private:
  struct Item {
    Kind kind;
    Work work;
    Finished finished;
    base::Result<> result;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  };
  /// Waits for works; false when the end has come and nothing is left.
  [[nodiscard]] bool wait_for_company(std::unique_lock<std::mutex>& lock);
  void loop();
  void run_group(std::vector<Item>& group);
  [[nodiscard]] base::Result<> begin(const std::vector<Item>& group);
  [[nodiscard]] base::Result<> run_items(std::vector<Item>& group);
  void run_item(Item& item);
  void abandon();

  std::unique_ptr<Database> database_;
  GroupCommitConfig config_;
  base::Counter commits_;
  base::Counter works_;
  base::Counter failures_;
  base::Distribution commit_seconds_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  std::size_t impatient_ = 0;  // of the works in the queue
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace coupon::net::sql
