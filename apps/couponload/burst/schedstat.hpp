#pragma once
// How long the calling thread wanted a core and did not get one.

#include <cstdint>
#include <optional>

namespace coupon::load {

/// Nanoseconds since the thread's start that it was runnable and waited, from /proc/thread-self/schedstat; nothing
/// when the kernel does not say.
[[nodiscard]] std::optional<std::int64_t> run_delay_ns();

}  // namespace coupon::load
