// A store that is corrupt, read-only or full.

#include <filesystem>
#include <gtest/gtest.h>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

std::vector<std::string> serve(const std::string& store) {
  return {program("couponsrv"), "--store", store, "--port", "0", "--log-format", "human"};
}

// A command that runs the rest of its line in a mount namespace of its own after `mounts`.
std::vector<std::string> with_mounts(const std::string& mounts) {
  return {"unshare", "--mount", "sh", "-c", mounts + R"( && exec "$@")", "sh"};
}

bool can_mount() {
  auto probe = with_mounts("mount -t tmpfs tmpfs /mnt");
  probe.emplace_back("true");
  return run(probe).code == 0;
}

constexpr const char* kNoMount = "needs the right to mount (root)";

}  // namespace

TEST(Store, that_is_no_database_is_refused_with_a_reason) {
  TempFolder folder;
  write_file(folder.file("coupon.db"), std::string(8192, 'x'));
  const auto refused = run(serve("sqlite:" + folder.file("coupon.db")));
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("not a coupon store"), std::string::npos) << refused.err;
  const auto seen = ctl("sqlite:" + folder.file("coupon.db"), {"status"});
  EXPECT_EQ(seen.code, 1);
  EXPECT_NE(seen.err.find("not a coupon store"), std::string::npos) << seen.err;
}

TEST(Store, whose_pages_are_damaged_is_refused_as_corrupt) {
  Shop shop(5);
  auto content = read_file(shop.folder.file("coupon.db"));
  for (std::size_t at = 4096; at < content.size(); ++at) content[at] = '\xAA';
  write_file(shop.folder.file("coupon.db"), content);
  const auto refused = run(serve(shop.store));
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("corrupt"), std::string::npos) << refused.err;
}

TEST(Store, in_a_missing_folder_is_refused_with_a_remedy) {
  const auto refused = run(serve("sqlite:/does/not/exist/coupon.db"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("check that the folder exists"), std::string::npos) << refused.err;
}

TEST(Store, that_is_read_only_is_refused_or_not_ready_but_never_issues) {
  if (!can_mount()) GTEST_SKIP() << kNoMount;
  Shop shop(5);
  TempFolder outside;
  const auto& folder = shop.folder.path();
  auto command = with_mounts("mount --bind " + folder + " " + folder + " && mount -o remount,ro,bind " + folder);
  auto program_line = serve(shop.store);
  program_line.insert(program_line.end(), {"--port-file", outside.file("port")});
  command.insert(command.end(), program_line.begin(), program_line.end());
  Process process(command);
  ASSERT_TRUE(eventually([&] { return !process.running() || std::filesystem::exists(outside.file("port")); }));
  if (process.running()) {
    const auto port = static_cast<std::uint16_t>(std::stoi(read_file(outside.file("port"))));
    EXPECT_EQ(http_call(port, "GET", "/readyz").status, 503);
    const auto answer = http_call(port, "POST", "/api/v1/coupons/issue", issue_body("FLASH100", "a"));
    EXPECT_GE(answer.status, 500);
    process.signal(15);
    EXPECT_EQ(process.wait(), 0);
  } else {
    EXPECT_EQ(process.wait(), 1);
  }
  EXPECT_NE(process.err().find("read-only"), std::string::npos) << process.err();
}

TEST(Store, that_is_full_refuses_with_503_keeps_what_it_answered_and_goes_on_when_there_is_room) {
  if (!can_mount()) GTEST_SKIP() << kNoMount;
  TempFolder folder;
  const auto disk = folder.file("disk");
  std::filesystem::create_directory(disk);
  Service service(
      folder.path(), {"--store", "sqlite:" + disk + "/coupon.db"},
      with_mounts("mount -t tmpfs -o size=2m tmpfs " + disk + " && head -c 1200000 /dev/zero > " + disk + "/ballast"));
  ASSERT_EQ(service.post("/api/v1/coupons", R"({"couponCode":"FLASH100","quantity":100000})").status, 201);
  ASSERT_EQ(service.post("/api/v1/coupons/stock/init?couponCode=FLASH100", "").status, 200);
  HttpConnection connection(service.port());
  std::map<std::string, std::string> grants;
  RawResponse refused;
  for (int i = 0; i < 50'000 && refused.status == 0; ++i) {
    const auto member = "m" + std::to_string(i);
    const auto answer = connection.call("POST", "/api/v1/coupons/issue", issue_body("FLASH100", member));
    ASSERT_TRUE(answer.has_value());
    if (answer->status == 200) {
      grants[member] = json_of(*answer)["data"]["issueId"];
    } else {
      refused = *answer;
    }
  }
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(service.get("/healthz").status, 200);
  const auto inside = "/proc/" + std::to_string(service.process().pid()) + "/root" + disk + "/ballast";
  ASSERT_TRUE(std::filesystem::remove(inside)) << inside;
  EXPECT_TRUE(eventually([&] { return service.issue("FLASH100", "later").status == 200; }));
  EXPECT_TRUE(eventually([&] {
    const auto stock = json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"];
    return stock["recorded"] == stock["issued"] && stock["issued"] >= grants.size() + 1;
  }));
  for (const auto& [member, id] : grants) {
    const auto mine = json_of(service.get("/api/v1/coupons/FLASH100/issues/" + member))["data"];
    ASSERT_EQ(mine["issueId"], id) << member;
    ASSERT_EQ(mine["recorded"], true) << member;
  }
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace coupon::test
