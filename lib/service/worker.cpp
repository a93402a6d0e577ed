#include "service/worker.hpp"

#include <chrono>
#include <utility>

#include "base/backoff.hpp"
#include "base/log.hpp"

namespace coupon::service {

Worker::Worker(std::vector<WorkerLoop> loops, const WorkerConfig& config) : config_(config) {
  for (auto& loop : loops) loops_.push_back({std::move(loop), {}, {}});
  for (auto& running : loops_) running.thread = std::thread([this, &running] { run(running); });
}

Worker::~Worker() { stop(); }

void Worker::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& running : loops_) {
    if (running.thread.joinable()) running.thread.join();
  }
}

std::string Worker::trouble() const {
  const std::scoped_lock lock(mutex_);
  for (const auto& running : loops_) {
    if (!running.trouble.empty()) return running.trouble;
    if (!running.loop.trouble) continue;
    if (const auto trouble = running.loop.trouble(); !trouble.empty()) return running.loop.name + ": " + trouble;
  }
  return {};
}

bool Worker::wait(std::int64_t delay_ms) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::milliseconds(delay_ms), [this] { return stopping_; });
}

void Worker::run(Running& running) {
  const auto& name = running.loop.name;
  base::Backoff backoff(config_.backoff_ms, config_.backoff_max_ms);
  std::int64_t delay_ms = 0;
  while (wait(delay_ms)) {
    const auto done = running.loop.pass();
    {
      const std::scoped_lock lock(mutex_);
      running.trouble = done ? std::string() : name + ": " + done.error().message;
    }
    if (done) {
      backoff.reset();
      delay_ms = *done ? 0 : running.loop.interval_ms;
    } else {
      delay_ms = backoff.next_ms();
      base::log::error("{}: {}; again in {} ms", name, done.error().message, delay_ms);
    }
  }
  if (!running.loop.finish) return;
  if (const auto done = running.loop.finish(); !done) base::log::warn("{}: at the end: {}", name, done.error().message);
}

}  // namespace coupon::service
