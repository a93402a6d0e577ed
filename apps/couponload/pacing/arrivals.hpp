#pragma once
// One load thread's share of a planned schedule. Time comes in as a number: no clock is read here.

#include <cstdint>
#include <optional>

#include "couponload/pacing/stages.hpp"

namespace coupon::load {

struct Arrival {
  std::uint64_t seq = 0;
  std::int64_t plan_ns = 0;
};

/// Arrivals share, share + shares, … of the schedule. The plan never moves: what a late generator or a stalled server
/// held up stays due with its planned instant, all of it at once, so the queue of what waits costs no memory.
class Arrivals {
 public:
  Arrivals() = default;
  Arrivals(Stages stages, std::int64_t start_ns, std::uint64_t share, std::uint64_t shares)
      : stages_(std::move(stages)), start_ns_(start_ns), next_(share), step_(shares) {}

  /// When the next one is due; nothing when all were taken.
  [[nodiscard]] std::optional<std::int64_t> next_ns() const {
    if (next_ >= stages_.count()) return std::nullopt;
    return start_ns_ + stages_.at(next_);
  }
  /// Takes the next one if it is due.
  [[nodiscard]] std::optional<Arrival> take(std::int64_t now) {
    const auto due = next_ns();
    if (!due || *due > now) return std::nullopt;
    const Arrival arrival{next_, *due};
    next_ += step_;
    return arrival;
  }
  /// How many were not taken.
  [[nodiscard]] std::uint64_t left() const {
    return next_ >= stages_.count() ? 0 : (stages_.count() - next_ + step_ - 1) / step_;
  }

 private:
  Stages stages_;
  std::int64_t start_ns_ = 0;
  std::uint64_t next_ = 0;
  std::uint64_t step_ = 1;
};

}  // namespace coupon::load
