// couponworker dies, hangs or loses its ledger between two writes.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <gtest/gtest.h>
#include <map>

#include "faults/world.hpp"

namespace coupon::test {

using Way = TcpProxy::Way;

namespace {

using Offsets = std::map<int, std::int64_t>;

Offsets ends_of_now(World& world) {
  Offsets ends;
  for (const auto& row : world.pipeline().lags()) ends[row["partition"]] = row["end"];
  return ends;
}

bool persisted(World& world, const Offsets& ends) {
  return std::ranges::all_of(world.pipeline().lags(), [&ends](const auto& row) {
    return row["end"].template get<std::int64_t>() - row["lag"].template get<std::int64_t>() >=
           ends.at(row["partition"]);
  });
}

// Rows that somebody has written and not committed. A commit between the two counts looks like one.
std::int64_t uncommitted_rows(World& world) {
  return world.pipeline().number(
      "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; SELECT COUNT(*) INTO @written FROM issues;"
      " SELECT @written - COUNT(*) FROM issues");
}

// Reply by reply, until what it has written awaits its COMMIT.
void freeze_inside_a_transaction(World& world, Process& worker) {
  auto& ledger = world.worker_ways().mysql;
  ledger.hold(Way::kReplies);
  EXPECT_TRUE(eventually([&] {
    if (uncommitted_rows(world) > 0 && uncommitted_rows(world) > 0) return true;
    ledger.let_one_go(Way::kReplies);
    return false;
  })) << "it is never in one";
  worker.signal(SIGSTOP);
  ledger.let_go(Way::kReplies);
}

}  // namespace

TEST(WorkerFault, killed_five_times_between_ledger_and_offset) {
  World world;
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.expect_grants(30);
    world.fault("SIGKILL couponworker", [&] { world.kill_worker(); });
    world.add_worker();
  }
  world.conclude();
}

TEST(WorkerFault, whose_commit_is_never_answered) {
  World world;
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("a reply of MariaDB swallowed", [&] { world.worker_ways().mysql.swallow_replies(); });
    EXPECT_TRUE(eventually([&] { return world.worker_ways().mysql.armed() == 0; }));
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(WorkerFault, whose_database_sessions_are_killed) {
  World world;
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("KILL of every session of the ledger's database", [&] {
      world.pipeline().sql(
          "SET @kill = (SELECT GROUP_CONCAT('KILL ', id SEPARATOR ';') FROM "
          "information_schema.processlist WHERE db = '" +
          world.pipeline().database() +
          "' AND id <> CONNECTION_ID() LIMIT 1); SET @kill = COALESCE(SUBSTRING_INDEX(@kill, ';', 1), "
          "'DO 0'); EXECUTE IMMEDIATE @kill");
    });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(WorkerFault, connections_to_the_ledger_cut_within_a_statement) {
  World world;
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("cut within a statement", [&] { world.worker_ways().mysql.cut_after(Way::kRequests, 900 + 257 * i); });
    EXPECT_TRUE(eventually([&] { return world.worker_ways().mysql.armed() == 0; }));
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(WorkerFault, a_ledger_that_refuses_connections_for_a_while) {
  World world;
  world.begin();
  world.fault("the ledger refuses", [&] {
    world.worker_ways().mysql.refuse(true);
    world.worker_ways().mysql.cut();
  });
  EXPECT_TRUE(eventually([&] { return world.worker().get("/readyz").status == 503; }));
  world.expect_grants(100);
  world.worker_ways().mysql.refuse(false);
  world.conclude();
}

TEST(WorkerFault, a_table_that_somebody_else_has_locked) {
  World world;
  world.begin();
  world.fault("LOCK TABLES issues WRITE for 2 s",
              [&] { world.pipeline().sql("LOCK TABLES issues WRITE; DO SLEEP(2); UNLOCK TABLES"); });
  world.conclude();
}

TEST(WorkerFault, frozen_until_another_has_taken_over_its_partitions) {
  World world({.workers = 2});
  world.begin();
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(eventually([&] { return world.worker(i).records("inserted") > 0; }));
  world.fault("SIGSTOP couponworker", [&] { world.worker(0).process.signal(SIGSTOP); });
  world.expect_grants();
  const auto ends = ends_of_now(world);
  EXPECT_TRUE(eventually([&] { return persisted(world, ends); }));
  world.fault("SIGCONT couponworker", [&] { world.worker(0).process.signal(SIGCONT); });
  world.conclude();
}

TEST(WorkerFault, frozen_inside_its_transaction_does_not_keep_its_locks) {
  World world({.worker_arguments = {"--ledger-timeout", "4s"}});
  world.begin();
  auto& frozen = world.worker().process;
  world.fault("SIGSTOP couponworker inside a transaction", [&] { freeze_inside_a_transaction(world, frozen); });
  world.add_worker();
  const auto ends = ends_of_now(world);
  EXPECT_TRUE(eventually([&] { return persisted(world, ends); }));
  world.fault("SIGCONT couponworker", [&] { frozen.signal(SIGCONT); });
  world.conclude();
}

TEST(WorkerFault, a_rebalance_storm) {
  World world;
  world.begin();
  for (int i = 0; i < 6; ++i) {
    world.fault("a worker joins", [&] { world.add_worker(); });
    world.expect_grants(20);
    world.fault("a worker is killed", [&] { world.kill_worker(0); });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(WorkerFault, connections_to_Redis_cut_while_it_relays) {
  World world({.services = 2, .grace = "100ms"});
  world.begin();
  world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
  world.ask_the_others();
  for (int i = 0; i < 20; ++i) {
    world.fault("connections of couponworker to Redis cut", [&] { world.worker_ways().redis.cut(); });
    world.expect_grants(10);
  }
  world.conclude();
}

}  // namespace coupon::test
