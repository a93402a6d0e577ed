// What operators do while the traffic goes on.

#include <gtest/gtest.h>
#include <thread>

#include "faults/world.hpp"

namespace coupon::test {

TEST(OperatorFault, a_gate_rebuilt_five_times_under_traffic) {
  World world;
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("couponctl gate rebuild", [&] {
      const auto rebuilt = world.pipeline().ctl({"gate", "rebuild", kCode});
      EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
    });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(OperatorFault, three_rebuilds_that_race_each_other_and_the_worker) {
  World world;
  world.begin();
  world.fault("gate fence and three rebuilds at once", [&] {
    EXPECT_EQ(world.pipeline().ctl({"gate", "fence", kCode}).code, 0);
    std::vector<std::jthread> racers;
    for (int i = 0; i < 3; ++i) {
      // Which of them comes through is open; that the gate serves again is not.
      racers.emplace_back([&] { EXPECT_LE(world.pipeline().ctl({"gate", "rebuild", kCode}).code, 1); });
    }
  });
  world.conclude();
}

TEST(OperatorFault, reconcile_apply_over_and_over) {
  World world;
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("couponctl reconcile --apply", [&] {
      const auto applied = world.pipeline().ctl({"reconcile", kCode, "--apply"});
      EXPECT_LE(applied.code, 1) << applied.err;
    });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(OperatorFault, a_coupon_paused_and_resumed) {
  World world({.may_be_told = "409 COUPON-006"});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("pause and resume", [&] {
      EXPECT_EQ(world.pipeline().ctl({"coupon", "pause", kCode}).code, 0);
      EXPECT_EQ(world.pipeline().ctl({"coupon", "resume", kCode}).code, 0);
    });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(OperatorFault, stock_that_shrinks_and_grows_never_gives_more_than_the_most) {
  World world({.quota = 2'000});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("stock reduce by 300, top-up by 300", [&] {
      const auto reduced = world.pipeline().ctl({"stock", "reduce", kCode, "--by", "300"});
      EXPECT_LE(reduced.code, 1) << reduced.err;  // refused when fewer than 300 places are free
      if (reduced.code == 0) {
        EXPECT_EQ(world.pipeline().ctl({"stock", "top-up", kCode, "--by", "300"}).code, 0);
      }
    });
  }
  world.conclude({.sold_out = true});
}

}  // namespace coupon::test
