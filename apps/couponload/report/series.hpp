#pragma once
// What was sent and what came back, over time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "couponload/outcome.hpp"
#include "couponload/shot.hpp"

namespace coupon::load {

inline constexpr std::int64_t kBurstIntervalNs = 10'000'000;
inline constexpr std::int64_t kPacedIntervalNs = 1'000'000'000;
/// What comes later is counted in the last interval.
inline constexpr std::size_t kIntervalsMax = 100'000;

/// Counts by interval from the start of the measured window. Not thread-safe: one per thread, merged with `add`.
struct Series {
  std::int64_t interval_ns = 0;  ///< 0: there is none
  std::vector<std::int64_t> sent;
  std::array<std::vector<std::int64_t>, kOutcomeCount> done;  ///< by outcome; every answer or end of waiting

  /// `offset_ns` from the start; what is before it counts in the first interval.
  void count_sent(std::int64_t offset_ns);
  void count_done(Outcome outcome, std::int64_t offset_ns);
  /// Adds the counts of another series with the same interval (or of none).
  void add(const Series& other);
  /// How many intervals there are.
  [[nodiscard]] std::size_t size() const;
};

/// `start_ns` is the release of a burst, or the start of the window.
[[nodiscard]] Series make_series(const std::vector<Evidence>& asks, std::int64_t start_ns, std::int64_t interval_ns);

}  // namespace coupon::load
