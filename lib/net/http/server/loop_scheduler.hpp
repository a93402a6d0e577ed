#pragma once
// The Scheduler of one loop: many completions at once cost the loop one wakeup.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <mutex>
#include <vector>

#include "base/executor.hpp"

namespace coupon::net::http {

/// Tasks run on the thread that runs `io`; one that throws is logged. The io_context must outlive it.
class LoopScheduler final : public base::Scheduler {
 public:
  explicit LoopScheduler(boost::asio::io_context& io) : io_(io), timer_(io) {}

  void post(base::Task task) override;
  void after(std::chrono::milliseconds delay, base::Task task) override;

  /// Destroys what has not run and, from now on, what is posted. Only once the loop's thread has ended.
  void close();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  void run_posted();
  void run_due();
  void add_timed(Instant due, base::Task task);
  void arm();

  boost::asio::io_context& io_;
  std::mutex mutex_;
  std::vector<base::Task> posted_;   // guarded by mutex_
  bool scheduled_ = false;           // guarded by mutex_: run_posted is under way
  bool closed_ = false;              // guarded by mutex_
  std::vector<base::Task> running_;  // the loop's thread only, as all below
  std::multimap<Instant, base::Task> timed_;
  boost::asio::steady_timer timer_;
};

}  // namespace coupon::net::http
