#include "couponload/burst/release_barrier.hpp"

#include <algorithm>

#include "couponload/burst/instant.hpp"

namespace coupon::load {

namespace {

// Threads are awake so long before a planned release: a sleeping one is woken up to a millisecond late.
constexpr std::int64_t kAwakeBeforeNs = 2 * kNsPerMs;

}  // namespace

ReleaseBarrier::ReleaseBarrier(int threads, RunProgress& progress, std::stop_token stop,
                               std::optional<std::int64_t> start_ns)
    : barrier_(threads, OnRelease{this}), progress_(progress), stop_(std::move(stop)), start_ns_(start_ns) {}

bool ReleaseBarrier::wait(boost::asio::io_context& io, const std::stop_token& stop) {
  if (start_ns_) {
    const auto awake_ns = *start_ns_ - kAwakeBeforeNs;
    if (now_ns() < awake_ns) progress_.phase.store(RunProgress::Phase::kWaiting);
    while (!stop.stop_requested() && !progress_.hopeless.load() && now_ns() < awake_ns)
      io.run_one_until(to_instant(awake_ns));
  }
  barrier_.arrive_and_wait();
  while (go_ && now_ns() < release_ns_) io.poll();
  return go_;
}

void ReleaseBarrier::release() noexcept {
  go_ = !stop_.stop_requested() && progress_.ready.load() > 0 && !progress_.hopeless.load();
  if (go_) progress_.phase.store(RunProgress::Phase::kAsking);
  release_ns_ = std::max(now_ns(), start_ns_.value_or(0));
}

}  // namespace coupon::load
