// Scenarios of load_test.cpp that take longer: couponload is the crowd while things break. Two judges look at the same
// answers: its own verdict, from outside, and the checker of I1-I6, from inside.

#include <gtest/gtest.h>

#include "faults/load_evidence.hpp"
#include "faults/world.hpp"

namespace coupon::test {

TEST(LoadUnderFault, a_burst_for_5_000_places_while_workers_and_connections_die) {
  World world({.quota = 5'000, .workers = 2});
  LoadBeside load({"burst", "-u", "10000", "--timeout", "20s"}, world.service().port());
  ASSERT_TRUE(eventually([&] { return !load.running() || rows_of(world.pipeline()) > 0; }));
  for (int i = 0; i < 2; ++i) {
    world.fault("SIGKILL couponworker", [&] { world.kill_worker(0); });
    world.add_worker();
    world.fault("connections to Redis cut", [&] { world.service_ways().redis.cut(); });
  }
  EXPECT_NE(load.wait(), LoadBeside::kViolated) << load.output();
  world.hear(load.told());
  world.conclude();
}

TEST(LoadUnderFault, a_constant_rate_while_couponsrv_is_killed_and_another_takes_its_place) {
  World world({.quota = 20'000});
  TcpProxy front(world.service().port());
  LoadBeside load({"rate", "-R", "300", "-d", "8s", "-c", "200", "--warmup", "0s", "--timeout", "10s"}, front.port());
  for (int i = 0; i < 3; ++i) {
    const auto before = rows_of(world.pipeline());
    ASSERT_TRUE(eventually([&] { return !load.running() || rows_of(world.pipeline()) > before + 200; }));
    world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
    front.lead_to(world.add_service().port());
    front.cut();
  }
  EXPECT_NE(load.wait(), LoadBeside::kViolated) << load.output();
  world.hear(load.told());
  world.conclude();
}

}  // namespace coupon::test
