#pragma once
// What a random schedule is drawn from.

#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>

#include "faults/world.hpp"

namespace coupon::test {

/// The draws of one step: the same seed and step give the same ones, however the steps before went.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t step) : engine_(seed * 1'000'003 + step) {}
  /// From `least` to `most`. Not by a distribution of the standard library: these differ from one to another.
  [[nodiscard]] int from(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }

 private:
  std::mt19937_64 engine_;
};

/// What undoes a fault that stays while the next one happens; nothing when it is over.
using Heal = std::function<void()>;

struct ChaosFault {
  const char* name;
  bool loses;  ///< Redis forgets what only it knew
  /// Breaks something, with details drawn from the dice; `what` is named by `said`, for whoever reads the schedule.
  Heal (*act)(World& world, Dice& dice, std::string& said);
};

[[nodiscard]] std::span<const ChaosFault> chaos_faults();

/// The fault of a step. `losing` schedules have all of them, others only those that lose nothing.
[[nodiscard]] const ChaosFault& draw_fault(Dice& dice, bool losing);

}  // namespace coupon::test
