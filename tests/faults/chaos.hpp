#pragma once
// A random schedule of faults, whatever the profile: what it is drawn from, and its run. The same seed breaks the same
// things in the same order.

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "faults/scenario.hpp"

namespace coupon::test {

/// The draws of one step: the same seed and step give the same ones, however the steps before went.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t step) : engine_(seed * 1'000'003 + step) {}
  /// From `least` to `most`. Not by a distribution of the standard library: these differ from one to another.
  [[nodiscard]] int from(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }
  /// The index of one of `count`.
  [[nodiscard]] std::size_t any(std::size_t count) {
    return static_cast<std::size_t>(from(0, static_cast<int>(count) - 1));
  }

 private:
  std::mt19937_64 engine_;
};

/// What undoes a fault that stays while the next one happens; nothing when it is over.
using Heal = std::function<void()>;

/// How long a fault lasts is a part of the schedule, not a condition to wait for.
void last(int ms);

template <class World>
struct ChaosFault {
  const char* name;
  bool loses;  ///< the gate forgets what only it knew
  /// Breaks something, with details drawn from the dice, and names them in `said` for whoever reads the schedule.
  Heal (*act)(World& world, Dice& dice, std::string& said);
};

/// The fault of a step. `losing` schedules have all of them, others only those that lose nothing.
template <class World>
[[nodiscard]] const ChaosFault<World>& draw_fault(std::span<const ChaosFault<World>> faults, Dice& dice, bool losing) {
  for (;;) {
    const auto& fault = faults[dice.any(faults.size())];
    if (losing || !fault.loses) return fault;
  }
}

struct Schedule {
  std::uint64_t seed = 1;
  double seconds = 0;
  bool losing = false;
};

/// From COUPON_CHAOS_SEED and COUPON_CHAOS_SECONDS; `seconds` unless they say otherwise.
[[nodiscard]] Schedule schedule_of_environment(double seconds);

/// Has the test that runs found something?
[[nodiscard]] bool failed_so_far();
/// One line of the schedule that runs.
void tell_step(double at_s, int step, const char* name, const std::string& said);

/// Until the time is over; how many faults. Nothing after a step that found something: what follows would hide it.
template <class World>
int run_schedule(World& world, std::span<const ChaosFault<World>> faults, const Schedule& schedule) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  Heal heal;
  int step = 0;
  while (seconds() < schedule.seconds && !failed_so_far()) {
    Dice dice(schedule.seed, static_cast<std::uint64_t>(step++));
    const auto& fault = draw_fault(faults, dice, schedule.losing);
    const auto grants = dice.from(1, 40);
    std::string said;
    const auto healing = std::exchange(heal, {});
    world.fault(fault.name, [&] { heal = fault.act(world, dice, said); });
    tell_step(seconds(), step, fault.name, said);
    if (healing) healing();
    world.expect_grants(grants);
  }
  if (heal) heal();
  return step;
}

/// The names of the faults of the first steps of a schedule.
template <class World>
[[nodiscard]] std::vector<std::string> names_of(std::span<const ChaosFault<World>> faults, std::uint64_t seed,
                                                std::uint64_t steps) {
  std::vector<std::string> names;
  for (std::uint64_t step = 0; step < steps; ++step) {
    Dice dice(seed, step);
    names.emplace_back(draw_fault(faults, dice, true).name);
  }
  return names;
}

}  // namespace coupon::test
