// Faults at random on one SQLite file under live traffic, and the checker of I1-I6 at the end. ./dev chaos --embedded
// runs it; a plain test run takes the defaults. COUPON_CHAOS_SEED and COUPON_CHAOS_SECONDS choose the schedule. Nothing
// is ever lost here, not even a 202.

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>

#include "faults/embedded_chaos_faults.hpp"

namespace coupon::test {

namespace {

constexpr double kEmbeddedSeconds = 20;
constexpr std::int64_t kEmbeddedQuota = 5'000'000;
constexpr std::uint64_t kEmbeddedSteps = 1'000;

}  // namespace

TEST(EmbeddedDice, Give_every_fault_in_time) {
  const auto names = names_of(embedded_chaos_faults(), 7, kEmbeddedSteps);
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), embedded_chaos_faults().size());
}

TEST(Chaos, a_random_schedule_on_the_embedded_store_breaks_no_invariant) {
  const auto schedule = schedule_of_environment(kEmbeddedSeconds);
  fmt::print("seed {}, {} s, one SQLite file\n", schedule.seed, schedule.seconds);
  EmbeddedWorld world({.quota = kEmbeddedQuota,
                       .services = 2,
                       .workers = 1,
                       .service_arguments = {"--store-busy", "500ms", "--deadline", "1s"},
                       .worker_arguments = {"--rebuild-interval", "100ms", "--rebuild-patience", "500ms"},
                       .may_be_told = {"409 COUPON-006"},
                       .moves_clock = true});
  world.begin();
  const auto steps = run_schedule(world, embedded_chaos_faults(), schedule);
  world.conclude();
  fmt::print("seed {}: {} faults, {}\n", schedule.seed, steps, world.figures());
}

}  // namespace coupon::test
