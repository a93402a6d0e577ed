#pragma once
// Time as an injected dependency: rules and pacing are tested without waiting.

#include <chrono>
#include <cstdint>

namespace coupon::base {

/// Thread-safe. Implementations never go backwards in `mono_ns`; `wall_ms` follows the system's clock.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01 UTC.
  [[nodiscard]] virtual std::int64_t wall_ms() const = 0;
  /// Nanoseconds since an arbitrary start; for measuring and deadlines only.
  [[nodiscard]] virtual std::int64_t mono_ns() const = 0;

 protected:
  Clock() = default;
  Clock(const Clock&) = default;
  Clock& operator=(const Clock&) = default;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  [[nodiscard]] std::int64_t mono_ns() const override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace coupon::base
