#include "couponload/burst/health_watch.hpp"

#include <ctime>

#include "couponload/burst/instant.hpp"
#include "couponload/burst/schedstat.hpp"

namespace coupon::load {

namespace {

std::int64_t thread_cpu_ns() {
  timespec time{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return 0;
  return time.tv_sec * kSecondNs + time.tv_nsec;
}

}  // namespace

void HealthWatch::start(std::int64_t now) {
  started_ns_ = now;
  cpu_before_ns_ = thread_cpu_ns();
  delay_before_ns_ = run_delay_ns();
  heartbeat_.start(now);
}

ThreadHealth HealthWatch::stop(std::int64_t now) {
  heartbeat_.stop(now);
  const auto delay_after_ns = run_delay_ns();
  ThreadHealth health;
  health.lag = heartbeat_.lag();
  health.wall_ns = now - started_ns_;
  health.cpu_ns = thread_cpu_ns() - cpu_before_ns_;
  if (delay_before_ns_ && delay_after_ns) health.run_delay_ns = *delay_after_ns - *delay_before_ns_;
  return health;
}

}  // namespace coupon::load
