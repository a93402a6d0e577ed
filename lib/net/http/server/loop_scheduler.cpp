#include "net/http/server/loop_scheduler.hpp"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "base/log.hpp"

namespace coupon::net::http {

namespace {

void run(base::Task& task) {
  try {
    task();
  } catch (const std::exception& error) {
    base::log::error("a task of an HTTP loop failed: {}", error.what());
  }
}

}  // namespace

void LoopScheduler::post(base::Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;  // `task` is destroyed after the lock is released: it is the caller's
    posted_.push_back(std::move(task));
    if (std::exchange(scheduled_, true)) return;
  }
  // Without the lock, which is the first thing that a loop woken by this asks for.
  boost::asio::post(io_, [this] { run_posted(); });
}

void LoopScheduler::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    std::swap(posted_, running_);
    scheduled_ = false;  // what the tasks post comes in a later batch, so that sockets get their turn
  }
  for (auto& task : running_) run(task);
  running_.clear();
}

void LoopScheduler::after(std::chrono::milliseconds delay, base::Task task) {
  const auto due = std::chrono::steady_clock::now() + delay;
  post([this, due, later = std::move(task)]() mutable { add_timed(due, std::move(later)); });
}

void LoopScheduler::add_timed(Instant due, base::Task task) {
  const auto added = timed_.emplace(due, std::move(task));
  if (added == timed_.begin()) arm();
}

void LoopScheduler::arm() {
  timer_.expires_at(timed_.begin()->first);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) run_due();
  });
}

void LoopScheduler::run_due() {
  const auto now = std::chrono::steady_clock::now();
  while (!timed_.empty() && timed_.begin()->first <= now) {
    auto due = timed_.extract(timed_.begin());
    run(due.mapped());
  }
  if (!timed_.empty()) arm();
}

void LoopScheduler::close() {
  std::vector<base::Task> posted;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    posted.swap(posted_);
  }
  posted.clear();
  timed_.clear();
}

}  // namespace coupon::net::http
