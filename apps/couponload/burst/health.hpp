#pragma once
// What a load thread observed of itself while it measured.

#include <cstdint>
#include <optional>
#include <utility>

#include "base/histogram.hpp"

namespace coupon::load {

struct ThreadHealth {
  /// How late each beat of a 1-ms heartbeat ran; every planned beat counts, also those that a stall skipped.
  base::Histogram lag;
  std::int64_t wall_ns = 0;
  std::int64_t cpu_ns = 0;                   ///< of the thread, user and system
  std::optional<std::int64_t> run_delay_ns;  ///< runnable but without a core; nothing when the kernel does not say
};

}  // namespace coupon::load
