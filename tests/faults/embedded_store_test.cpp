// The one file: locked by others, without room to grow, moved away, or put back from a backup.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <gtest/gtest.h>
#include <utility>

#include "faults/embedded_world.hpp"
#include "faults/small_disk.hpp"
#include "functional/books.hpp"

namespace coupon::test {

namespace {

const std::vector<std::string> kHasty{"--store-busy", "200ms", "--deadline", "1s"};

bool told_later(EmbeddedWorld& world, const std::string& member) {
  return eventually([&] { return world.ask(member).status == 503; });
}

}  // namespace

TEST(EmbeddedStoreFault, locked_by_a_foreign_process_for_less_than_it_waits_shows_to_nobody) {
  EmbeddedWorld world({.service_arguments = {"--store-busy", "30s", "--deadline", "30s"}});
  world.begin();
  for (int i = 0; i < 3; ++i) {
    world.fault("a foreign write lock", [&] {
      ForeignConnection foreign(world.file());
      foreign.run(i == 0 ? "BEGIN IMMEDIATE" : "BEGIN EXCLUSIVE");
      auto waits = std::async(std::launch::async, [&] { return world.ask("waits" + std::to_string(i)).status; });
      EXPECT_EQ(waits.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout) << "past the lock";
      foreign.run("COMMIT");
      EXPECT_EQ(waits.get(), 200);
    });
    world.expect_grants();
  }
  world.conclude();
}

TEST(EmbeddedStoreFault, locked_by_a_foreign_process_for_longer_is_told_as_later_and_heals) {
  EmbeddedWorld world({.service_arguments = kHasty});
  world.begin();
  for (const auto* lock : {"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}) {
    world.fault(lock, [&] {
      ForeignConnection foreign(world.file());
      foreign.run(lock);
      EXPECT_TRUE(told_later(world, lock[6] == 'I' ? "first" : "second"));
      EXPECT_EQ(world.service().get("/readyz").status, 503);
      EXPECT_EQ(world.service().get("/healthz").status, 200);
      const auto refused = world.ctl({"stock", "top-up", kCode, "--by", "1", "--store-busy", "100ms"});
      EXPECT_EQ(refused.code, 1);
      EXPECT_NE(refused.err.find("locked by another process"), std::string::npos) << refused.err;
      foreign.run("ROLLBACK");
    });
    world.expect_grants();
    EXPECT_TRUE(eventually([&] { return world.service().get("/readyz").status == 200; }));
  }
  world.conclude();
}

// No traffic here: nobody serves while the lock is there.
TEST(EmbeddedStoreFault, locked_at_the_start_is_waited_for_up_to_the_start_timeout) {
  const Shop shop(1);
  ForeignConnection foreign(shop.folder.file("coupon.db"));
  foreign.run("BEGIN EXCLUSIVE");
  const auto port_file = shop.folder.file("port");
  const auto command = [&](const std::string& patience) {
    return std::vector<std::string>{program("couponsrv"),
                                    "--store",
                                    shop.store,
                                    "--port",
                                    "0",
                                    "--port-file",
                                    port_file,
                                    "--log-format",
                                    "human",
                                    "--store-busy",
                                    "50ms",
                                    "--start-timeout",
                                    patience};
  };
  Process hasty(command("100ms"));
  EXPECT_EQ(hasty.wait(), 1);
  EXPECT_NE(hasty.err().find("locked by another process"), std::string::npos) << hasty.err();
  const auto waits = [](Process& process) { return process.err().find("waiting: ") != std::string::npos; };
  Process told_to_stop(command("60s"));
  EXPECT_TRUE(eventually([&] { return waits(told_to_stop); })) << told_to_stop.err();
  told_to_stop.signal(SIGTERM);
  EXPECT_EQ(told_to_stop.wait(), 1);
  Process patient(command("60s"));
  EXPECT_TRUE(eventually([&] { return waits(patient); })) << patient.err();
  foreign.run("ROLLBACK");
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(port_file); })) << patient.err();
  patient.signal(SIGTERM);
  EXPECT_EQ(patient.wait(), 0) << patient.err();
  leave_row({"a foreign lock at the start"}, {}, "embedded");
}

TEST(EmbeddedStoreFault, couponsrv_told_to_stop_while_a_foreign_process_has_the_lock_stops) {
  EmbeddedWorld world({.services = 2, .service_arguments = kHasty});
  world.begin();
  world.fault("SIGTERM couponsrv behind a foreign lock", [&] {
    ForeignConnection foreign(world.file());
    foreign.run("BEGIN EXCLUSIVE");
    EXPECT_TRUE(told_later(world, "witness"));
    world.stop_service();
    foreign.run("ROLLBACK");
  });
  world.ask_the_others();
  world.conclude();
}

TEST(EmbeddedStoreFault, on_a_full_disk_says_later_and_goes_on_when_there_is_room) {
  if (!can_mount()) GTEST_SKIP() << "a small disk needs the right to mount (root)";
  const TempFolder folder;
  const SmallDisk disk(folder.path(), 24 * 1024);  // more than all the traffic of the scenario takes
  EmbeddedWorld world({.services = 2, .workers = 1, .folder = folder.path(), .service_arguments = kHasty});
  world.begin();
  for (int i = 0; i < 3; ++i) {
    world.fault("disk full", [&] {
      disk.fill();
      EXPECT_TRUE(told_later(world, "witness" + std::to_string(i)));
      EXPECT_EQ(world.service().get("/healthz").status, 200);
      disk.make_room();
    });
    world.expect_grants();
    EXPECT_TRUE(eventually([&] { return world.service().get("/readyz").status == 200; }));
  }
  world.conclude();
}

TEST(EmbeddedStoreFault, that_may_not_grow_says_later_and_goes_on_when_it_may) {
  EmbeddedWorld world({.services = 2, .workers = 1, .service_arguments = kHasty});
  world.begin();
  for (int i = 0; i < 3; ++i) {
    world.fault("file size limit", [&] {
      world.limit_files(std::filesystem::file_size(world.file()));
      EXPECT_TRUE(told_later(world, "witness" + std::to_string(i)));
      world.limit_files({});
    });
    world.expect_grants();
  }
  world.conclude();
}

TEST(EmbeddedStoreFault, replaced_by_another_file_while_it_is_used_is_not_written_to_any_more) {
  EmbeddedWorld world({.may_be_told = {"500 COMMON-500"}});
  world.begin();
  const auto aside = world.file() + ".aside";
  world.fault("the file moved away, an older one in its place", [&] {
    const auto older = world.file() + ".older";
    ForeignConnection(world.file()).back_up(older);
    world.expect_grants();
    std::filesystem::rename(world.file(), aside);
    std::filesystem::rename(older, world.file());
    EXPECT_TRUE(eventually([&] { return world.ask("witness").status >= 500; }));
    EXPECT_EQ(world.service().get("/readyz").status, 503);
    std::filesystem::rename(aside, world.file());
  });
  world.conclude();
}

// The limit that docs/guarantees.md states: the embedded store is as durable as its file.
TEST(EmbeddedStoreFault, put_back_from_a_backup_forgets_what_came_after_it_and_gives_none_too_many) {
  constexpr std::int64_t kQuota = 1'500;
  Shop shop(kQuota);
  const auto file = shop.folder.file("coupon.db");
  const auto backup = shop.folder.file("backup.db");
  Told told;
  Told after;
  {
    Service service(shop.folder.path());
    told.add(PatientCrowd({.ports = {service.port()}, .prefix = "before", .asks = 20}).join());
    PatientCrowd crowd({.ports = {service.port()}, .prefix = "after"});
    ASSERT_TRUE(eventually([&] { return crowd.issued() >= 50; }));
    ForeignConnection(file).back_up(backup);
    const auto at_backup = crowd.issued();
    ASSERT_TRUE(eventually([&] { return crowd.issued() >= at_backup + 100; }));
    crowd.stop();
    after = crowd.join();
    EXPECT_EQ(service.stop(), 0);
  }
  std::filesystem::rename(backup, file);
  Service service(shop.folder.path());
  told.add(PatientCrowd({.ports = {service.port()}, .prefix = "restored"}).join());
  EXPECT_FALSE(told.refused.empty()) << "it sells out";
  const Ctl read = [&shop](std::vector<std::string> arguments) { return ctl(shop.store, std::move(arguments)); };
  const auto rows = live_rows(read);
  EXPECT_EQ(static_cast<std::int64_t>(rows.size()), kQuota);
  for (const auto& [member, id] : told.issued) EXPECT_TRUE(rows.contains(member)) << member;
  const auto lost = std::ranges::count_if(after.issued, [&](const auto& one) { return !rows.contains(one.first); });
  EXPECT_GE(lost, 100) << "a backup cannot know what came after it";
  expect_nothing_to_reconcile(read);
  leave_row({"restored from a backup"}, told, "embedded");
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace coupon::test
