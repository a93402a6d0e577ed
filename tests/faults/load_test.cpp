// couponload is the crowd: ten thousand at once, or so many a second, while things break. Two judges look at the same
// answers: its own verdict, from outside, and the checker of I1-I6, from inside.

#include <gtest/gtest.h>

#include "faults/load_evidence.hpp"
#include "faults/world.hpp"

namespace coupon::test {

TEST(LoadUnderFault, a_burst_of_10_000_while_Redis_forgets_everything) {
  World world({.quota = 20'000});
  LoadBeside load({"burst", "-u", "10000", "--timeout", "20s"}, world.service().port());
  ASSERT_TRUE(eventually([&] { return !load.running() || rows_of(world.pipeline()) > 0; }));
  world.fault("FLUSHALL", [&] { world.pipeline().redis({"FLUSHALL"}); });
  EXPECT_NE(load.wait(), LoadBeside::kViolated) << load.output();
  world.hear(load.told());
  world.conclude({.lost = true});
}

}  // namespace coupon::test
