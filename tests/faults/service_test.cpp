// couponsrv dies or hangs, or does not hear of what Redis did for it.

#include <csignal>
#include <gtest/gtest.h>

#include "faults/world.hpp"

namespace coupon::test {

using Way = TcpProxy::Way;

TEST(ServiceFault, killed_between_the_gates_decision_and_the_confirmation) {
  World world({.grace = "1s"});
  world.begin();
  world.fault("Redis hears no couponsrv", [&] { world.service_ways().redis.hold(Way::kRequests); });
  world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
  world.service_ways().redis.let_go(Way::kRequests);
  world.add_service();
  world.ask_the_others();
  world.conclude();
}

TEST(ServiceFault, killed_five_times_in_mid_traffic) {
  World world({.services = 2});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
    world.add_service();
    world.ask_the_others();
    world.expect_grants();
  }
  world.conclude();
}

TEST(ServiceFault, stopped_by_SIGTERM_in_mid_traffic_owes_nobody_an_answer) {
  World world;
  world.begin();
  world.fault("SIGTERM couponsrv", [&] {
    world.service().process().signal(SIGTERM);
    EXPECT_EQ(world.service().process().wait(), 0);
  });
  world.add_service();
  world.ask_the_others();
  world.conclude();
}

TEST(ServiceFault, frozen_until_the_relay_has_published_its_grants) {
  World world({.services = 2});
  world.begin();
  world.fault("SIGSTOP couponsrv", [&] { world.service(0).process().signal(SIGSTOP); });
  EXPECT_TRUE(eventually([&] { return world.pipeline().stock()["pending"] == 0 || world.issued() > 0; }));
  world.expect_grants();
  world.fault("SIGCONT couponsrv", [&] { world.service(0).process().signal(SIGCONT); });
  world.conclude();
}

TEST(ServiceFault, replies_of_Redis_that_are_lost_on_the_way) {
  World world;
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("a reply of Redis swallowed", [&] { world.service_ways().redis.swallow_replies(); });
    EXPECT_TRUE(eventually([&] { return world.service_ways().redis.armed() == 0; }));
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(ServiceFault, connections_to_Redis_cut_thirty_times) {
  World world;
  world.begin();
  for (int i = 0; i < 30; ++i) {
    world.fault("connections to Redis cut", [&] { world.service_ways().redis.cut(); });
    world.expect_grants(10);
  }
  world.conclude();
}

TEST(ServiceFault, a_request_to_Redis_cut_in_its_middle) {
  World world;
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("cut within a request", [&] { world.service_ways().redis.cut_after(Way::kRequests, 700 + 131 * i); });
    EXPECT_TRUE(eventually([&] { return world.service_ways().redis.armed() == 0; }));
    world.expect_grants(10);
  }
  world.conclude();
}

TEST(ServiceFault, half_open_to_Redis_both_ways_in_turn) {
  World world({.service_arguments = {"--gate-timeout", "300ms", "--deadline", "500ms"}});
  world.begin();
  for (const auto way : {Way::kRequests, Way::kReplies}) {
    world.fault("one way to Redis silent", [&] { world.service_ways().redis.hold(way); });
    EXPECT_TRUE(eventually([&] { return world.ask("m1-witness").status == 503; }));
    world.service_ways().redis.let_go(way);
    world.expect_grants();
  }
  world.conclude();
}

TEST(ServiceFault, Redis_50_ms_away) {
  World world;
  world.begin();
  world.fault("50 ms each way to Redis", [&] { world.service_ways().redis.delay(std::chrono::milliseconds(50)); });
  world.expect_grants(100);
  world.conclude();
}

}  // namespace coupon::test
