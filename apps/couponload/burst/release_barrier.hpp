#pragma once
// Where the load threads meet.

#include <barrier>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "couponload/run_result.hpp"

namespace coupon::load {

/// The last thread to arrive decides whether to go and sets the release instant; both are visible to all behind it.
class ReleaseBarrier {
 public:
  /// `start_ns`: not before that instant of the monotonic clock.
  ReleaseBarrier(int threads, RunProgress& progress, std::stop_token stop, std::optional<std::int64_t> start_ns = {});

  /// Blocks until all threads arrived and it is time, or `stop` is requested; runs `io`, which needs work of its own
  /// and a handler posted to it when `stop` is requested, while there is time. True: send now.
  [[nodiscard]] bool wait(boost::asio::io_context& io, const std::stop_token& stop);

  [[nodiscard]] std::int64_t release_ns() const { return release_ns_; }
  /// So long after the instant that was asked for; 0 without one.
  [[nodiscard]] std::int64_t late_ns() const { return start_ns_ ? release_ns_ - *start_ns_ : 0; }
  [[nodiscard]] bool released() const { return go_; }

 private:
  struct OnRelease {
    ReleaseBarrier* owner;
    void operator()() const noexcept { owner->release(); }
  };
  void release() noexcept;

  std::barrier<OnRelease> barrier_;
  RunProgress& progress_;
  std::stop_token stop_;
  std::optional<std::int64_t> start_ns_;
  bool go_ = false;
  std::int64_t release_ns_ = 0;
};

}  // namespace coupon::load
