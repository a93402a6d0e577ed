#pragma once
// Arrivals at one rate: pure arithmetic on whole nanoseconds, so that the millionth is as exact as the first.

#include <cstdint>

namespace coupon::load {

/// Request i is planned floor(i / rate) after the start; those within the duration belong to it.
class ConstantArrivals {
 public:
  /// `rate_per_s` 0 is a pause. Both are at least 0; their product must stay below 2^63 * 1e9.
  ConstantArrivals(std::int64_t rate_per_s, std::int64_t duration_ns);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::int64_t duration_ns() const { return duration_ns_; }
  [[nodiscard]] std::int64_t rate_per_s() const { return rate_per_s_; }
  /// Nanoseconds after the start; `index` below count().
  [[nodiscard]] std::int64_t at(std::uint64_t index) const;

 private:
  std::int64_t rate_per_s_;
  std::int64_t duration_ns_;
  std::uint64_t count_;
};

}  // namespace coupon::load
