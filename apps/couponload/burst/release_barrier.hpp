#pragma once
// Where the load threads meet.

#include <atomic>
#include <barrier>
#include <cstdint>
#include <stop_token>

#include "couponload/burst/instant.hpp"
#include "couponload/run_result.hpp"

namespace coupon::load {

/// The last thread to arrive decides whether to go and sets the release instant; both are visible to all behind it.
class ReleaseBarrier {
 public:
  ReleaseBarrier(int threads, RunProgress& progress, std::stop_token stop)
      : barrier_(threads, OnRelease{this}), progress_(progress), stop_(std::move(stop)) {}

  /// Blocks until all threads arrived. True: send now.
  [[nodiscard]] bool wait() {
    barrier_.arrive_and_wait();
    return go_;
  }
  [[nodiscard]] std::int64_t release_ns() const { return release_ns_; }
  [[nodiscard]] bool released() const { return go_; }

 private:
  struct OnRelease {
    ReleaseBarrier* owner;
    void operator()() const noexcept { owner->release(); }
  };
  void release() noexcept {
    go_ = !stop_.stop_requested() && progress_.ready.load() > 0;
    if (go_) progress_.phase.store(RunProgress::Phase::kAsking);
    release_ns_ = now_ns();
  }

  std::barrier<OnRelease> barrier_;
  RunProgress& progress_;
  std::stop_token stop_;
  bool go_ = false;
  std::int64_t release_ns_ = 0;
};

}  // namespace coupon::load
