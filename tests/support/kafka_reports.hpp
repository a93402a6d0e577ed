#pragma once
// Collects the outcomes of sends.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "net/kafka/producer.hpp"

namespace coupon::test {

/// Thread-safe. Must outlive the producer whose reports it takes.
class KafkaReports {
 public:
  using Report = base::Result<std::vector<bool>>;

  [[nodiscard]] net::kafka::Producer::Done next() {
    return [this](Report report) {
      const std::scoped_lock lock(mutex_);
      reports_.push_back(std::move(report));
      changed_.notify_all();
    };
  }
  /// The reports so far, once there are `count`; fewer after a deadline.
  [[nodiscard]] std::vector<Report> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return reports_.size() >= count; });
    return reports_;
  }
  [[nodiscard]] std::size_t size() {
    const std::scoped_lock lock(mutex_);
    return reports_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Report> reports_;
};

}  // namespace coupon::test
