// couponload against the real couponsrv.

#include <csignal>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

// Tests share their machine: how long anything took is not judged.
std::vector<std::string> burst(const Service& service, std::vector<std::string> more) {
  std::vector<std::string> command{program("couponload"), "burst", service.url(), "--max-lag", "1m",
                                   "--max-run-delay",     "100"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// Keeps every other process from writing to a store.
class WriteLock {
 public:
  explicit WriteLock(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK) << path;
    EXPECT_EQ(sqlite3_busy_timeout(handle_, 10'000), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK) << path;
  }
  ~WriteLock() { EXPECT_EQ(sqlite3_close(handle_), SQLITE_OK); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  sqlite3* handle_ = nullptr;
};

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of('\n');
  return text.substr(text.find_last_of('\n', end) + 1, end - text.find_last_of('\n', end));
}

}  // namespace

TEST(Burst, of_two_thousand_for_a_hundred_places_passes_and_says_so) {
  Shop shop(100);
  Service service(shop.folder.path());
  const auto done = run(burst(service, {"-u", "2000", "--out", shop.folder.file("run.json")}));
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_EQ(last_line(done.out),
            "VERDICT pass: 100 issued, 1,900 sold out, 0 errors, 0 unknown; 0 over, 0 twice; every 200 has a row in "
            "the ledger");
  const auto result = nlohmann::json::parse(read_file(shop.folder.file("run.json")));
  EXPECT_EQ(result["exit"], 0);
  EXPECT_EQ(ctl(shop.store, {"reconcile"}).code, 0);
  EXPECT_EQ(json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["recorded"], 100);
}

TEST(Burst, with_places_for_all_gives_everybody_one) {
  Shop shop(1'000);
  Service service(shop.folder.path());
  const auto done = run(burst(service, {"-u", "1000"}));
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_NE(done.out.find("VERDICT pass: 1,000 issued, 0 sold out"), std::string::npos) << done.out;
}

TEST(Burst, of_members_who_ask_ten_times_gives_each_one_place) {
  Shop shop(1'000);
  Service service(shop.folder.path());
  const auto done = run(burst(service, {"-u", "1000", "--same-user", "10"}));
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_NE(done.out.find("100 issued"), std::string::npos) << done.out;
  EXPECT_EQ(json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["issued"], 100);
}

TEST(Burst, without_a_server_or_a_coupon_exits_3_with_a_reason) {
  Shop shop(1);
  Service service(shop.folder.path());
  const auto missing = run(burst(service, {"-u", "10", "--code", "NOPE"}));
  EXPECT_EQ(missing.code, 3) << missing.err;
  EXPECT_NE(missing.err.find("NOPE"), std::string::npos) << missing.err;
  const auto command = burst(service, {"-u", "10"});
  EXPECT_EQ(service.stop(), 0);
  const auto gone = run(command);
  EXPECT_EQ(gone.code, 3);
  EXPECT_NE(gone.err.find("127.0.0.1"), std::string::npos) << gone.err;
}

TEST(Burst, needs_descriptors_and_says_how_to_get_them) {
  const auto refused =
      run({"sh", "-c", "ulimit -n 100; exec \"$@\"", "sh", program("couponload"), "burst", "-u", "1000"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("ulimit -n"), std::string::npos) << refused.err;
}

TEST(Burst, is_interrupted_by_Ctrl_C_with_exit_code_130) {
  Shop shop(100);
  Service service(shop.folder.path());
  const WriteLock lock(shop.folder.file("coupon.db"));  // nobody is answered before the burst is interrupted
  Process load(burst(service, {"-u", "500", "--timeout", "1h", "--no-prime"}));
  ASSERT_TRUE(eventually([&] { return !load.running() || service.metric("gate_issue_asks_total") >= 1; }));
  ASSERT_TRUE(load.running()) << load.out() << load.err();
  load.signal(SIGINT);
  EXPECT_EQ(load.wait(), 130) << load.out() << load.err();
}

TEST(Burst, whose_server_dies_is_never_called_a_pass) {
  Shop shop(5'000);
  Service service(shop.folder.path());
  Process load(burst(service, {"-u", "5000", "--settle", "1s"}));
  ASSERT_TRUE(eventually([&] { return service.metric(R"(issue_answers_total{outcome="granted"})") >= 1; }));
  service.process().signal(SIGKILL);
  const auto code = load.wait();
  EXPECT_TRUE(code == 6 || code == 3) << code << load.out() << load.err();
}

}  // namespace coupon::test
