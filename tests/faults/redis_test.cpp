// Redis dies, forgets, is full, hangs, or goes back in time.

#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>

#include "faults/world.hpp"

namespace coupon::test {

namespace {

std::string data_of(World& world) { return world.pipeline().servers().folder() + "/redis/data"; }

void kill_and_start(World& world) {
  world.pipeline().servers().kill("redis");
  world.start_redis();
}

}  // namespace

TEST(RedisFault, killed_with_an_fsync_each_second) {
  World world;
  world.begin();
  world.fault("SIGKILL Redis, appendfsync everysec", [&] { kill_and_start(world); });
  world.conclude({.lost = true});
}

TEST(RedisFault, killed_with_an_fsync_each_write) {
  World world({.redis_options = "--appendfsync always"});
  world.begin();
  world.fault("SIGKILL Redis, appendfsync always", [&] { kill_and_start(world); });
  world.conclude();
}

TEST(RedisFault, killed_three_times_in_mid_burst_gives_each_place_once) {
  World world({.quota = 1'500, .services = 2});
  world.begin();
  for (int i = 0; i < 3; ++i) {
    world.fault("SIGKILL Redis", [&] { kill_and_start(world); });
    EXPECT_TRUE(eventually([&] { return world.pipeline().stock()["gate"] == "serving"; }));
  }
  world.conclude({.lost = true, .sold_out = true});
}

TEST(RedisFault, put_back_to_an_older_file) {
  World world({.redis_options = "--appendfsync always"});
  world.begin();
  const auto backup = data_of(world) + ".old";
  std::filesystem::copy(data_of(world), backup, std::filesystem::copy_options::recursive);
  world.expect_grants(200);
  world.fault("Redis rolled back to an older append-only file", [&] {
    world.pipeline().servers().kill("redis");
    std::filesystem::remove_all(data_of(world));
    std::filesystem::rename(backup, data_of(world));
    world.start_redis();
  });
  world.conclude({.lost = true});
}

TEST(RedisFault, emptied_twice) {
  World world;
  world.begin();
  for (int i = 0; i < 2; ++i) {
    world.fault("FLUSHALL", [&] { world.pipeline().redis({"FLUSHALL"}); });
    world.expect_grants();
  }
  world.conclude({.lost = true});
}

TEST(RedisFault, without_its_scripts) {
  World world;
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("SCRIPT FLUSH", [&] { world.pipeline().redis({"SCRIPT", "FLUSH"}); });
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(RedisFault, out_of_memory) {
  World world;
  world.begin();
  world.fault("maxmemory 1", [&] { world.pipeline().redis({"CONFIG", "SET", "maxmemory", "1"}); });
  EXPECT_TRUE(eventually([&] { return world.ask("m1-witness").status == 503; })) << world.ask("m1-witness").body;
  world.pipeline().redis({"CONFIG", "SET", "maxmemory", "0"});
  world.conclude();
}

TEST(RedisFault, blocked_for_two_seconds) {
  World world({.service_arguments = {"--gate-timeout", "300ms", "--deadline", "500ms"}});
  world.begin();
  world.fault("DEBUG SLEEP 2", [&] { world.pipeline().redis({"DEBUG", "SLEEP", "2"}); });
  world.conclude();
}

TEST(RedisFault, kicking_all_its_clients) {
  World world;
  world.begin();
  for (int i = 0; i < 20; ++i) {
    world.fault("CLIENT KILL TYPE normal", [&] { world.pipeline().redis({"CLIENT", "KILL", "TYPE", "normal"}); });
    world.expect_grants(10);
  }
  world.conclude();
}

}  // namespace coupon::test
