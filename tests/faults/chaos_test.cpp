// Faults at random under live traffic, and the checker of I1-I6 at the end. ./dev chaos runs it; a plain test run takes
// the defaults. COUPON_CHAOS_SEED and COUPON_CHAOS_SECONDS choose the schedule.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>

#include "faults/chaos_faults.hpp"

namespace coupon::test {

namespace {

constexpr double kSeconds = 40;
constexpr std::int64_t kQuota = 5'000'000;
constexpr std::uint64_t kSteps = 1'000;

}  // namespace

TEST(Dice, Give_the_same_schedule_for_the_same_seed_and_every_fault_in_time) {
  const auto first = names_of(chaos_faults(), 7, kSteps);
  EXPECT_EQ(first, names_of(chaos_faults(), 7, kSteps));
  EXPECT_NE(first, names_of(chaos_faults(), 8, kSteps));
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), chaos_faults().size());
}

// Seeds that are even lose what only Redis knew; the others run with an fsync for each write and lose nothing, not even
// a 202.
TEST(Chaos, a_random_schedule_breaks_no_invariant) {
  auto schedule = schedule_of_environment(kSeconds);
  schedule.losing = schedule.seed % 2 == 0;
  fmt::print("seed {}, {} s, {}\n", schedule.seed, schedule.seconds,
             schedule.losing ? "Redis loses data" : "nothing is lost");
  World world({.quota = kQuota,
               .services = 2,
               .workers = 2,
               .redis_options = schedule.losing ? "" : "--appendfsync always",
               .kafka_proxy = true,
               .service_arguments = {"--gate-timeout", "500ms", "--deadline", "1s"}});
  world.begin();
  const auto steps = run_schedule(world, chaos_faults(), schedule);
  world.conclude({.lost = schedule.losing});
  fmt::print("seed {}: {} faults, {}\n", schedule.seed, steps, world.figures());
}

}  // namespace coupon::test
