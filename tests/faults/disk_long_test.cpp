// What takes long: the ledger's own disk is full, and a broker hangs for a minute.

#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>

#include "faults/small_disk.hpp"
#include "faults/world.hpp"

namespace coupon::test {

namespace {

constexpr int kRoomKib = 32 * 1024;  // for temporary tables and the first rows

int used_kib(const std::string& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return static_cast<int>(bytes / 1024);
}

}  // namespace

TEST(LongFault, a_ledger_whose_disk_is_full_keeps_the_journal_waiting) {
  if (!can_mount()) GTEST_SKIP() << "a small disk needs the right to mount (root)";
  World world({.own_servers = true});
  const auto& servers = world.pipeline().servers();
  servers.down("mysql");
  const auto data = servers.folder() + "/mysql/data";
  const SmallDisk disk(data, used_kib(data) + kRoomKib);
  EXPECT_EQ(servers.up("mysql"), world.pipeline().mysql_port());
  world.begin();
  world.fault("no room for MariaDB's data", [&] { disk.fill(); });
  EXPECT_TRUE(eventually([&] { return world.pipeline().lag() > 0 && world.worker().get("/readyz").status == 503; },
                         std::chrono::seconds(120)))
      << world.pipeline().lag();
  world.expect_grants(200);
  disk.make_room();
  world.conclude();
}

TEST(LongFault, a_broker_that_hangs_for_a_minute) {
  World world({.own_servers = true, .service_arguments = {"--deadline", "500ms"}});
  const auto pid = std::stoi(read_file(world.pipeline().servers().folder() + "/kafka/pid"));
  world.begin();
  world.fault("SIGSTOP Kafka for 60 s", [&] {
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < until) {
      EXPECT_NE(world.ask("m1-witness").status, 200) << "no journal has acknowledged it";
    }
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
  });
  world.conclude();
}

}  // namespace coupon::test
