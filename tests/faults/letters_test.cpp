// Records that cannot become rows, and those who mend them, under traffic.

#include <future>
#include <gtest/gtest.h>
#include <optional>

#include "faults/world.hpp"
#include "functional/pipeline_tools.hpp"

namespace coupon::test {

namespace {

constexpr int kPoison = 20;

nlohmann::json letters(const Pipeline& pipeline, const std::string& state) {
  return pipeline.ctl_json({"dlt", "list", "--state", state});
}

}  // namespace

TEST(LetterFault, poison_between_good_records) {
  World world;
  world.begin();
  for (int i = 0; i < kPoison; ++i) {
    world.fault("a record that nobody can read", [&] {
      world.pipeline().produce({.partition = 0, .key = "poison", .value = "{\"v\":1,\"code\":", .headers = {}});
    });
    world.expect_grants(10);
  }
  EXPECT_TRUE(eventually([&] { return letters(world.pipeline(), "OPEN").size() == kPoison; }));
  EXPECT_EQ(world.pipeline().ctl({"dlt", "discard", "--all", "--reason", "for the test"}).code, 0);
  world.conclude();
}

// The copies are for other tools; the letters themselves are in the ledger, but offsets wait for the copies.
TEST(LetterFault, a_topic_for_copies_that_is_gone_for_a_while) {
  World world;
  world.begin();
  const auto& pipeline = world.pipeline();
  world.fault("the topic of dead letter copies deleted, and poison", [&] {
    pipeline.remove_topic("-dlt");
    pipeline.produce({.partition = 0, .key = "poison", .value = "no record", .headers = {}});
  });
  EXPECT_TRUE(eventually([&] { return letters(pipeline, "OPEN").size() == 1; }));
  world.expect_grants(100);
  EXPECT_EQ(pipeline.ctl({"topics", "create"}).code, 0);
  EXPECT_EQ(pipeline.ctl({"dlt", "discard", "--all", "--reason", "for the test"}).code, 0);
  world.conclude();
}

// Each letter ends as one of the two, and its member's place with it.
TEST(LetterFault, redrive_racing_discard) {
  World world({.worker_arguments = {"--dlt-attempts", "1"}});
  const auto& pipeline = world.pipeline();
  world.begin();
  world.fault("MariaDB refuses rows", [&] {
    pipeline.sql(
        "CREATE TRIGGER refuses BEFORE INSERT ON issues FOR EACH ROW "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused for the test'");
  });
  EXPECT_TRUE(eventually([&] { return letters(pipeline, "OPEN").size() >= 20; }));
  pipeline.sql("DROP TRIGGER refuses");
  world.fault("redrive and discard at once", [&] {
    const auto racing = [&](std::vector<std::string> command) {
      return std::async(std::launch::async, [&pipeline, command] { return pipeline.ctl(command).code; });
    };
    auto redriven = racing({"dlt", "redrive", "--all"});
    auto discarded = racing({"dlt", "discard", "--all", "--reason", "for the test"});
    EXPECT_LE(redriven.get(), 1);
    EXPECT_LE(discarded.get(), 1);
  });
  EXPECT_LE(pipeline.ctl({"dlt", "redrive", "--all"}).code, 1) << "what came meanwhile";
  world.conclude({.revoked = true});
}

// A session that holds the place of a row and then wants the coupon, which the worker has: one of the two must give
// way.
TEST(LetterFault, deadlocks_with_another_session) {
  World world;
  const auto& pipeline = world.pipeline();
  world.begin();
  for (int i = 0; i < 5; ++i) {
    const auto member = "m1-victim" + std::to_string(i);
    world.fault("a deadlock", [&] {
      const auto command = mariadb(pipeline.mysql_port(),
                                   "USE " + pipeline.database() +
                                       "; START TRANSACTION; INSERT INTO issues (grant_id, code, user_id, rank_no, "
                                       "issued_ms, epoch, state) VALUES (UNHEX(MD5(RAND())), '" +
                                       kCode + "', '" + member +
                                       "', 900000, 0, 1, 'ISSUED'); DO SLEEP(0.5); UPDATE coupons SET "
                                       "title = title WHERE code = '" +
                                       kCode + "'; ROLLBACK");
      std::optional<Process> other;
      EXPECT_TRUE(eventually([&] {
        if (!other || !other->running()) other.emplace(command);  // again, where its sleep was missed
        return pipeline.number("SELECT COUNT(*) FROM information_schema.processlist WHERE db = '" +
                               pipeline.database() + "' AND info LIKE 'DO SLEEP(0.5)%'") > 0;
      }));
      EXPECT_EQ(world.ask(member).status, 200);
      EXPECT_LE(other->wait(), 1);  // it may be the one that gave way
    });
  }
  world.conclude();
}

TEST(LetterFault, a_coupons_row_that_somebody_holds_for_longer_than_a_worker_waits) {
  World world({.worker_arguments = {"--ledger-timeout", "1s"}});
  world.begin();
  world.fault("the coupon's row locked for 4 s", [&] {
    world.pipeline().sql("START TRANSACTION; SELECT code FROM coupons FOR UPDATE; DO SLEEP(4); ROLLBACK");
  });
  world.conclude();
}

}  // namespace coupon::test
