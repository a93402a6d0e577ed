// couponsrv and couponworker die, hang and come on one SQLite file.

#include <csignal>
#include <gtest/gtest.h>

#include "faults/embedded_world.hpp"

namespace coupon::test {

TEST(EmbeddedFault, couponsrv_killed_eight_times_in_mid_traffic) {
  EmbeddedWorld world;
  world.begin();
  for (int i = 0; i < 8; ++i) {
    world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
    world.add_service();
    world.ask_the_others();
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(EmbeddedFault, one_of_two_couponsrv_killed_in_mid_commit_over_and_over) {
  EmbeddedWorld world({.services = 2});
  world.begin();
  for (int i = 0; i < 6; ++i) {
    world.fault("SIGKILL couponsrv in mid commit", [&] {
      world.freeze_in_commit(world.service(0).process());
      world.kill_service(0);
    });
    world.expect_grants(20);  // the other one rolls the hot journal back
    world.add_service();
    world.ask_the_others();
  }
  world.conclude();
}

TEST(EmbeddedFault, everybody_killed_in_mid_commit_leaves_a_journal_that_the_next_one_rolls_back) {
  EmbeddedWorld world({.workers = 1, .service_arguments = {"--no-worker"}});
  world.begin();
  for (int i = 0; i < 6; ++i) {
    world.fault("SIGKILL all in mid commit", [&] {
      world.freeze_in_commit(i % 2 == 0 ? world.service().process() : world.worker().process);
      world.kill_service();
      world.kill_worker();
    });
    world.add_service();
    world.add_worker();
    world.ask_the_others();
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(EmbeddedFault, couponsrv_frozen_in_mid_commit_is_told_of_as_later_by_the_other_and_heals) {
  EmbeddedWorld world({.services = 2, .service_arguments = {"--store-busy", "200ms", "--deadline", "1s"}});
  world.begin();
  for (int i = 0; i < 2; ++i) {
    world.fault("SIGSTOP couponsrv in mid commit", [&] { world.freeze_in_commit(world.service(1).process()); });
    EXPECT_TRUE(eventually([&] { return world.ask("witness" + std::to_string(i)).status == 503; }));
    world.service(1).process().signal(SIGCONT);
    world.expect_grants();
  }
  world.conclude();
}

TEST(EmbeddedFault, couponsrv_stopped_by_SIGTERM_in_mid_traffic_and_replaced) {
  EmbeddedWorld world({.services = 2});
  world.begin();
  for (int i = 0; i < 4; ++i) {
    world.fault("SIGTERM couponsrv", [&] { world.stop_service(); });
    world.add_service();
    world.ask_the_others();
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(EmbeddedFault, couponworker_killed_five_times_between_journal_and_ledger) {
  EmbeddedWorld world({.workers = 1, .service_arguments = {"--no-worker"}, .worker_arguments = {"--batch", "20"}});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.expect_grants(30);
    world.fault("SIGKILL couponworker", [&] {
      world.freeze_in_commit(world.worker().process);
      world.kill_worker();
    });
    world.add_worker();
  }
  world.conclude();
}

TEST(EmbeddedFault, no_couponworker_for_a_while_and_then_two) {
  EmbeddedWorld world({.services = 2, .service_arguments = {"--no-worker"}});
  world.begin();
  world.fault("no couponworker", [&] {
    world.expect_grants(300);
    EXPECT_GE(world.lag(), 300);
    EXPECT_EQ(world.number("SELECT count(*) FROM issues"), 0);
  });
  world.add_worker();
  world.add_worker();
  world.conclude();
}

TEST(EmbeddedFault, couponworker_frozen_and_taken_over_by_another) {
  EmbeddedWorld world({.workers = 2, .service_arguments = {"--no-worker"}, .worker_arguments = {"--batch", "20"}});
  world.begin();
  world.fault("SIGSTOP couponworker", [&] { world.freeze_without_lock(world.worker(0).process); });
  EXPECT_TRUE(eventually([&] { return world.worker(1).records("inserted") > 100; }));
  world.fault("SIGCONT couponworker", [&] { world.worker(0).process.signal(SIGCONT); });
  world.conclude();
}

TEST(EmbeddedFault, programs_that_come_and_go) {
  EmbeddedWorld world({.services = 2, .workers = 1});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("a worker joins", [&] { world.add_worker(); });
    world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
    world.add_service();
    world.ask_the_others();
    world.fault("SIGKILL couponworker", [&] { world.kill_worker(); });
    world.expect_grants(20);
  }
  world.conclude();
}

}  // namespace coupon::test
