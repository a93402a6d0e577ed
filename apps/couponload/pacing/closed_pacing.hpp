#pragma once
// The closed model: a user asks again once the answer is there and thought about. A slow server is asked less often,
// which is why latencies of this model say nothing about a queue of independent users.

#include <cstdint>
#include <optional>

namespace coupon::load {

class ClosedPacing {
 public:
  /// Never asks at or after `end_ns`.
  ClosedPacing(std::int64_t think_ns, std::int64_t end_ns) : think_ns_(think_ns), end_ns_(end_ns) {}

  /// When to ask after an answer that came at `answered_ns`; nothing when that is too late.
  [[nodiscard]] std::optional<std::int64_t> next_ns(std::int64_t answered_ns) const {
    const auto due = answered_ns + think_ns_;
    if (due >= end_ns_) return std::nullopt;
    return due;
  }

 private:
  std::int64_t think_ns_;
  std::int64_t end_ns_;
};

}  // namespace coupon::load
