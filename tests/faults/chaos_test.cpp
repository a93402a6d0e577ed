// Faults at random under live traffic, and the checker of I1-I6 at the end. ./dev chaos runs it; a plain test run takes
// the defaults. COUPON_CHAOS_SEED and COUPON_CHAOS_SECONDS choose the schedule: the same seed breaks the same things in
// the same order.

#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>

#include "faults/chaos_faults.hpp"

namespace coupon::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSeed = 1;
constexpr std::uint64_t kSeconds = 40;
constexpr std::int64_t kQuota = 5'000'000;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Until the time is over. Nothing after a step that found something: what follows would hide it.
int run_schedule(World& world, std::uint64_t seed, bool losing, double seconds) {
  const auto start = Clock::now();
  Heal heal;
  int step = 0;
  while (seconds_since(start) < seconds && !testing::Test::HasFailure()) {
    Dice dice(seed, static_cast<std::uint64_t>(step++));
    const auto& fault = draw_fault(dice, losing);
    const auto grants = dice.from(1, 40);
    std::string said;
    auto healing = std::exchange(heal, {});
    world.fault(fault.name, [&] { heal = fault.act(world, dice, said); });
    fmt::print("{:7.1f} s  step {:4}  {}{}{}\n", seconds_since(start), step, fault.name, said.empty() ? "" : ": ",
               said);
    std::fflush(stdout);
    if (healing) healing();
    world.expect_grants(grants);
  }
  if (heal) heal();
  return step;
}

}  // namespace

TEST(Dice, Give_the_same_schedule_for_the_same_seed_and_every_fault_in_time) {
  const auto names = [](std::uint64_t seed) {
    std::vector<std::string> all;
    for (std::uint64_t step = 0; step < 1'000; ++step) {
      Dice dice(seed, step);
      all.emplace_back(draw_fault(dice, true).name);
    }
    return all;
  };
  const auto first = names(7);
  EXPECT_EQ(first, names(7));
  EXPECT_NE(first, names(8));
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), chaos_faults().size());
}

// Seeds that are even lose what only Redis knew; the others run with an fsync for each write and lose nothing, not even
// a 202.
TEST(Chaos, a_random_schedule_breaks_no_invariant) {
  const auto seed = setting("COUPON_CHAOS_SEED", kSeed);
  const auto seconds = setting("COUPON_CHAOS_SECONDS", kSeconds);
  const bool losing = seed % 2 == 0;
  fmt::print("seed {}, {} s, {}\n", seed, seconds, losing ? "Redis loses data" : "nothing is lost");
  World world({.quota = kQuota,
               .services = 2,
               .workers = 2,
               .redis_options = losing ? "" : "--appendfsync always",
               .kafka_proxy = true,
               .service_arguments = {"--gate-timeout", "500ms", "--deadline", "1s"}});
  world.begin();
  const auto steps = run_schedule(world, seed, losing, static_cast<double>(seconds));
  world.conclude({.lost = losing});
  fmt::print("seed {}: {} faults, {}\n", seed, steps, world.figures());
}

}  // namespace coupon::test
