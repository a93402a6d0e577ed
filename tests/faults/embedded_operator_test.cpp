// What operators do to one SQLite file while the traffic goes on.

#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "faults/embedded_world.hpp"

namespace coupon::test {

namespace {

constexpr const char* kRefuseRows =
    "CREATE TRIGGER refuses BEFORE INSERT ON issues WHEN new.user_id GLOB '*13' BEGIN"
    " SELECT RAISE(ABORT, 'refused for the test'); END";

}  // namespace

TEST(EmbeddedOperatorFault, a_gate_rebuilt_reconciled_paused_and_resumed_under_traffic) {
  EmbeddedWorld world({.services = 2, .may_be_told = {"409 COUPON-006"}});
  world.begin();
  const std::vector<std::vector<std::string>> commands{{"gate", "rebuild", kCode},
                                                       {"reconcile", kCode, "--apply"},
                                                       {"coupon", "pause", kCode},
                                                       {"coupon", "resume", kCode}};
  for (int i = 0; i < 3; ++i) {
    for (const auto& command : commands) {
      world.fault("couponctl " + command[0] + " " + command[1], [&] {
        const auto done = world.ctl(command);
        EXPECT_EQ(done.code, 0) << done.out << done.err;
      });
    }
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(EmbeddedOperatorFault, a_fence_and_three_rebuilds_that_race_each_other_and_the_worker) {
  EmbeddedWorld world({.services = 2});
  world.begin();
  world.fault("gate fence and three rebuilds at once", [&] {
    EXPECT_EQ(world.ctl({"gate", "fence", kCode}).code, 0);
    std::vector<std::jthread> racers;
    for (int i = 0; i < 3; ++i) {
      // Which of them comes through is open; that the gate serves again is not.
      racers.emplace_back([&] { EXPECT_LE(world.ctl({"gate", "rebuild", kCode}).code, 1); });
    }
  });
  world.conclude();
}

TEST(EmbeddedOperatorFault, stock_that_shrinks_and_grows_never_gives_more_than_the_most) {
  EmbeddedWorld world({.quota = 1'200, .services = 2});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("stock reduce by 200, top-up by 200", [&] {
      const auto reduced = world.ctl({"stock", "reduce", kCode, "--by", "200"});
      EXPECT_LE(reduced.code, 1) << reduced.err;  // refused when fewer than 200 places are free
      if (reduced.code == 0) {
        EXPECT_EQ(world.ctl({"stock", "top-up", kCode, "--by", "200"}).code, 0);
      }
    });
  }
  world.conclude({.sold_out = true});
}

TEST(EmbeddedOperatorFault, couponctl_killed_in_the_middle_of_a_rebuild) {
  EmbeddedWorld world({.workers = 1,
                       .service_arguments = {"--no-worker"},
                       .worker_arguments = {"--rebuild-interval", "50ms", "--rebuild-patience", "300ms"}});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("SIGKILL couponctl gate rebuild", [&] {
      const auto rebuild = world.start_ctl({"gate", "rebuild", kCode});
      EXPECT_TRUE(eventually(
          [&] { return !rebuild->running() || world.number("SELECT max(building_epoch) FROM gate_coupons") > 0; }));
      rebuild->signal(SIGKILL);
      const auto code = rebuild->wait();
      EXPECT_TRUE(code == 0 || code == 128 + SIGKILL) << code << rebuild->err();
    });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(EmbeddedOperatorFault, rows_that_the_ledger_refuses_are_letters_that_are_redriven) {
  EmbeddedWorld world({.workers = 1,
                       .service_arguments = {"--no-worker"},
                       .worker_arguments = {"--dlt-attempts", "1", "--dlt-interval", "50ms"}});
  world.begin();
  const auto open = [&] { return world.number("SELECT count(*) FROM failed_coupon_issues WHERE state = 'OPEN'"); };
  world.fault("the ledger refuses rows", [&] { world.meddle(kRefuseRows); });
  EXPECT_TRUE(eventually([&] { return open() >= 8; }));
  world.fault("gate rebuild", [&] { EXPECT_EQ(world.ctl({"gate", "rebuild", kCode}).code, 0); });
  world.fault("dlt redrive", [&] { EXPECT_EQ(world.ctl({"dlt", "redrive", "--all", "--rate", "10000"}).code, 1); });
  world.fault("the ledger takes rows", [&] { world.meddle("DROP TRIGGER refuses"); });
  world.fault("dlt redrive", [&] {
    EXPECT_TRUE(
        eventually([&] { return world.ctl({"dlt", "redrive", "--all", "--rate", "10000"}).code == 0 && open() == 0; }));
  });
  world.conclude();
}

TEST(EmbeddedOperatorFault, letters_that_stay_open_hold_their_places_to_the_end) {
  EmbeddedWorld world({.quota = 500,
                       .workers = 1,
                       .service_arguments = {"--no-worker"},
                       .worker_arguments = {"--dlt-attempts", "1", "--dlt-interval", "50ms"}});
  world.fault("the ledger refuses rows", [&] { world.meddle(kRefuseRows); });
  world.begin();
  for (int i = 0; i < 3; ++i) {
    world.fault("gate rebuild", [&] { EXPECT_EQ(world.ctl({"gate", "rebuild", kCode}).code, 0); });
  }
  world.conclude({.sold_out = true});
}

// No traffic here: every attempt brings another letter, so that there is always one more.
TEST(EmbeddedOperatorFault, letters_that_arrive_as_fast_as_they_are_redriven_do_not_keep_couponctl) {
  Shop shop(1);
  ForeignConnection store(shop.folder.file("coupon.db"));
  store.run(
      "INSERT INTO failed_coupon_issues (origin_partition, origin_offset, origin_ms, key, raw, error_class, error, "
      "state,"
      " created_ms, updated_ms) VALUES (0, 1, 1, 'm', x'00', 'unreadable', 'for the test', 'OPEN', 1, 1);"
      "CREATE TRIGGER feeds AFTER UPDATE ON failed_coupon_issues BEGIN INSERT INTO failed_coupon_issues"
      " (origin_partition, origin_offset, origin_ms, key, raw, error_class, error, state, created_ms, updated_ms)"
      " SELECT 0, max(origin_offset) + 1, 1, 'm', x'00', 'unreadable', 'for the test', 'OPEN', 1, 1"
      " FROM failed_coupon_issues; END");
  const auto redriven = ctl(shop.store, {"dlt", "redrive", "--all", "--rate", "100000", "-o", "json"});
  EXPECT_EQ(redriven.code, 1) << redriven.err;
  EXPECT_EQ(nlohmann::json::parse(redriven.out, nullptr, false).size(), 1U) << redriven.out;
  EXPECT_EQ(store.number("SELECT count(*) FROM failed_coupon_issues"), 2);
  leave_row({"letters that bring letters"}, {}, "embedded");
}

// No traffic here. One rebuild of this many takes longer than any of them is willing to wait for another.
TEST(EmbeddedOperatorFault, six_keepers_without_patience_leave_a_large_rebuild_to_one_of_them) {
  constexpr std::int64_t kRows = 30'000;
  Shop shop(kRows);
  ForeignConnection(shop.folder.file("coupon.db"))
      .run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(kRows) +
           ") INSERT INTO issues (grant_id, code, user_id, rank_no, issued_ms, epoch, state)"
           " SELECT randomblob(16), '" +
           kCode + "', 'm' || i, i, 1, 1, 'ISSUED' FROM n");
  EXPECT_EQ(ctl(shop.store, {"gate", "fence", kCode}).code, 0);
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < 6; ++i) {
    const auto port_file = shop.folder.file("health" + std::to_string(i));
    workers.push_back(std::make_unique<Worker>(
        std::vector<std::string>{program("couponworker"), "--store", shop.store, "--health-port-file", port_file,
                                 "--log-format", "human", "--rebuild-interval", "10ms", "--rebuild-patience", "1ms"},
        port_file));
  }
  EXPECT_TRUE(eventually([&] {
    const auto stock =
        nlohmann::json::parse(ctl(shop.store, {"stock", "show", kCode, "-o", "json"}).out, nullptr, false);
    return stock.is_object() && stock["gate"] == "serving" && stock["held"] == kRows;
  })) << workers.front()->process.err();
  for (const auto& worker : workers) worker->process.signal(SIGTERM);
  for (const auto& worker : workers) EXPECT_EQ(worker->process.wait(), 0) << worker->process.err();
  leave_row({"six rebuilds at once"}, {}, "embedded");
}

TEST(EmbeddedOperatorFault, a_clock_that_jumps_by_hours_ends_and_opens_the_window_and_nothing_else) {
  constexpr std::int64_t kHour = 3'600;
  const auto ends = base::format_instant(base::SystemClock{}.wall_ms() + kHour * 1'000);
  EmbeddedWorld world({.services = 2,
                       .workers = 1,
                       .coupon_arguments = {"--ends-at", ends},
                       .may_be_told = {"410 COUPON-005"},
                       .moves_clock = true});
  world.begin();
  world.fault("the clock is 5 hours ahead", [&] { world.move_clock(5 * kHour); });
  EXPECT_TRUE(eventually([&] { return world.ask("after-the-end").status == 410; }));
  world.fault("the clock is 5 hours behind", [&] { world.move_clock(-5 * kHour); });
  world.expect_grants();
  world.fault("the clock is right", [&] { world.move_clock(0); });
  world.conclude();
}

}  // namespace coupon::test
