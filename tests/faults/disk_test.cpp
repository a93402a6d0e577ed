// The disk under a server is full, and then has room again.

#include <gtest/gtest.h>

#include "faults/small_disk.hpp"
#include "faults/world.hpp"

namespace coupon::test {

namespace {

const std::vector<std::string> kHasty{"--gate-timeout", "500ms", "--deadline", "1s"};
constexpr int kRedisKib = 2 * 1024;
constexpr const char* kNoMount = "a small disk needs the right to mount (root)";

std::string data_of(World& world, const std::string& server) {
  return world.pipeline().servers().folder() + "/" + server + "/data";
}

}  // namespace

TEST(DiskFault, under_Redis_is_full_and_nothing_is_told_until_there_is_room) {
  if (!can_mount()) GTEST_SKIP() << kNoMount;
  World world({.service_arguments = kHasty});
  world.pipeline().servers().kill("redis");
  const SmallDisk disk(data_of(world, "redis"), kRedisKib);
  world.start_redis();
  world.begin();
  world.fault("no room for Redis's append-only file", [&] { disk.fill(); });
  EXPECT_TRUE(eventually([&] { return world.ask("m1-witness").status == 503; })) << world.ask("m1-witness").body;
  disk.make_room();
  world.conclude({.lost = true});
}

// With an fsync each write Redis ends itself rather than answer what it could not keep.
TEST(DiskFault, under_a_Redis_that_ends_itself_costs_a_restart_and_not_even_a_202) {
  if (!can_mount()) GTEST_SKIP() << kNoMount;
  World world({.redis_options = "--appendfsync always", .service_arguments = kHasty});
  world.pipeline().servers().kill("redis");
  const SmallDisk disk(data_of(world, "redis"), kRedisKib);
  world.start_redis();
  world.begin();
  world.fault("no room for Redis's append-only file, appendfsync always", [&] { disk.fill(); });
  EXPECT_TRUE(eventually([&] { return world.ask("m1-witness").status == 503; })) << world.ask("m1-witness").body;
  disk.make_room();
  world.start_redis();
  world.conclude();
}

}  // namespace coupon::test
