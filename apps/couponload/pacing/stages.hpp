#pragma once
// Constant rates one behind the other.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "couponload/pacing/constant_arrivals.hpp"

namespace coupon::load {

inline constexpr std::int64_t kRateMax = 10'000'000;  ///< requests a second

class Stages {
 public:
  Stages() = default;
  /// One stage.
  Stages(std::int64_t rate_per_s, std::int64_t duration_ns) { append(rate_per_s, duration_ns); }
  /// "10s:1000,30s:5000": duration and requests a second of each stage; a rate of 0 is a pause. kInvalid names the
  /// stage that is wrong.
  [[nodiscard]] static base::Result<Stages> parse(std::string_view text);

  void append(std::int64_t rate_per_s, std::int64_t duration_ns);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::int64_t duration_ns() const { return duration_ns_; }
  /// Of the first stage; 0 without stages.
  [[nodiscard]] std::int64_t first_rate_per_s() const;
  /// Nanoseconds after the start; `index` below count().
  [[nodiscard]] std::int64_t at(std::uint64_t index) const;

 private:
  struct Stage {
    ConstantArrivals arrivals;
    std::int64_t start_ns;
    std::uint64_t first;  // index of its first arrival
  };
  std::vector<Stage> stages_;
  std::uint64_t count_ = 0;
  std::int64_t duration_ns_ = 0;
};

}  // namespace coupon::load
