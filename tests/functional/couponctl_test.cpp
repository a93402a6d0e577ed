// couponctl as an operator scripts it.

#include <algorithm>
#include <gtest/gtest.h>

#include "functional/programs.hpp"

namespace coupon::test {

namespace {

nlohmann::json parsed(const Finished& finished) { return nlohmann::json::parse(finished.out, nullptr, false); }

}  // namespace

TEST(Couponctl, creates_lists_and_shows_coupons_as_json) {
  TempFolder folder;
  const auto store = "sqlite:" + folder.file("coupon.db");
  const auto made = ctl(store, {"coupon", "create", "A", "--quota", "5", "--title", "First", "-o", "json"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(parsed(made)["quota"], 5);
  EXPECT_NE(made.err.find("couponctl stock seed A"), std::string::npos);
  ASSERT_EQ(ctl(store, {"coupon", "create", "B", "--quota", "1", "--opens-at", "2030-01-01T00:00:00Z"}).code, 0);
  const auto list = parsed(ctl(store, {"coupon", "list", "-o", "json"}));
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["code"], "A");
  EXPECT_EQ(list[1]["opens_at"], "2030-01-01T00:00:00.000Z");
  EXPECT_EQ(parsed(ctl(store, {"-o", "json", "coupon", "show", "A"}))["title"], "First");
}

TEST(Couponctl, prints_tables_for_people_and_csv_for_spreadsheets) {
  Shop shop(5);
  const auto table = ctl(shop.store, {"coupon", "list"});
  EXPECT_EQ(table.code, 0);
  EXPECT_NE(table.out.find("FLASH100"), std::string::npos);
  const auto csv = ctl(shop.store, {"coupon", "list", "-o", "csv"});
  EXPECT_EQ(csv.out.substr(0, csv.out.find_first_of("\r\n")), "code,title,quota,state,opens_at,ends_at");
}

TEST(Couponctl, wrong_arguments_are_refused_by_name_with_exit_code_2) {
  const auto code = ctl("sqlite:x.db", {"coupon", "create", "bad code", "--quota", "5"});
  EXPECT_EQ(code.code, 2);
  EXPECT_NE(code.err.find("CODE"), std::string::npos) << code.err;
  const auto quota = ctl("sqlite:x.db", {"coupon", "create", "A", "--quota", "0"});
  EXPECT_EQ(quota.code, 2);
  EXPECT_NE(quota.err.find("--quota"), std::string::npos) << quota.err;
  EXPECT_EQ(ctl("sqlite:x.db", {"coupon", "create", "A"}).code, 2);
  EXPECT_EQ(ctl("sqlite:x.db", {}).code, 2);
  EXPECT_EQ(ctl("sqlite:x.db", {"stock", "top-up", "A"}).code, 2);
  EXPECT_EQ(ctl("sqlite:x.db", {"stock", "top-up", "A", "--by", "1", "--to", "2"}).code, 2);
  EXPECT_EQ(ctl("sqlite:x.db", {"coupon", "list", "-o", "yaml"}).code, 2);
}

TEST(Couponctl, unknown_coupon_is_a_failure_that_says_so) {
  Shop shop(5);
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"coupon", "show", "NOPE"},
                                                                     {"stock", "show", "NOPE"},
                                                                     {"stock", "seed", "NOPE"},
                                                                     {"coupon", "pause", "NOPE"},
                                                                     {"issues", "list", "NOPE"},
                                                                     {"reconcile", "NOPE"}}) {
    const auto failed = ctl(shop.store, arguments);
    EXPECT_EQ(failed.code, 1);
    EXPECT_NE(failed.err.find("NOPE"), std::string::npos) << failed.err;
  }
}

TEST(Couponctl, stock_goes_up_and_down_but_not_below_what_is_held) {
  Shop shop(3);
  {
    Service service(shop.folder.path());
    for (const char* member : {"a", "b"}) ASSERT_EQ(service.issue("FLASH100", member).status, 200);
    EXPECT_EQ(service.stop(), 0);
  }
  EXPECT_EQ(parsed(ctl(shop.store, {"stock", "top-up", "FLASH100", "--to", "10", "-o", "json"}))["remaining"], 8);
  const auto reduced = ctl(shop.store, {"stock", "reduce", "FLASH100", "--to", "1", "-o", "json"});
  EXPECT_EQ(parsed(reduced)["quota"], 2);
  EXPECT_NE(reduced.err.find("2 places are held"), std::string::npos) << reduced.err;
}

TEST(Couponctl, closed_coupon_stays_closed) {
  Shop shop(3);
  ASSERT_EQ(ctl(shop.store, {"coupon", "close", "FLASH100"}).code, 0);
  const auto again = ctl(shop.store, {"coupon", "resume", "FLASH100"});
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.err.find("closed for good"), std::string::npos) << again.err;
}

TEST(Couponctl, issues_are_listed_by_rank_and_exported_completely) {
  Shop shop(1500);
  {
    Service service(shop.folder.path());
    HttpConnection connection(service.port());
    for (int i = 0; i < 1200; ++i) {
      const auto answer =
          connection.call("POST", "/api/v1/coupons/issue", issue_body("FLASH100", "m" + std::to_string(i)));
      ASSERT_TRUE(answer && answer->status == 200);
    }
    EXPECT_EQ(service.stop(), 0);
  }
  ASSERT_EQ(ctl(shop.store, {"reconcile"}).code, 0);
  const auto list =
      parsed(ctl(shop.store, {"issues", "list", "FLASH100", "--limit", "2", "--after", "5", "-o", "json"}));
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["rank"], 6);
  EXPECT_EQ(list[0]["member"], "m5");
  const auto csv = ctl(shop.store, {"issues", "export", "FLASH100"});
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 1201);
  EXPECT_EQ(csv.out.find("rank,member", 1), std::string::npos);
  const auto lines = ctl(shop.store, {"issues", "export", "FLASH100", "-o", "json"});
  EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 1200);
}

TEST(Couponctl, status_shows_every_coupon_with_its_gate) {
  Shop shop(3);
  ASSERT_EQ(ctl(shop.store, {"coupon", "create", "NEW", "--quota", "1"}).code, 0);
  const auto status = ctl(shop.store, {"status", "-o", "json"});
  const auto rows = parsed(status);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["gate"], "serving");
  EXPECT_EQ(rows[0]["remaining"], 3);
  EXPECT_EQ(rows[1]["gate"], "not seeded");
  EXPECT_NE(status.err.find("journal lag 0"), std::string::npos) << status.err;
}

TEST(Couponctl, reconcile_exits_1_when_a_coupon_is_not_seeded_and_0_when_all_agree) {
  Shop shop(3);
  EXPECT_EQ(ctl(shop.store, {"reconcile"}).code, 0);
  ASSERT_EQ(ctl(shop.store, {"coupon", "create", "NEW", "--quota", "1"}).code, 0);
  const auto differs = ctl(shop.store, {"reconcile", "-o", "json"});
  EXPECT_EQ(differs.code, 1);
  EXPECT_EQ(parsed(differs)[0]["difference"], "not_serving");
  EXPECT_EQ(parsed(differs)[0]["remedy"], "seed");
}

TEST(Couponctl, migrate_makes_a_store_and_says_what_is_applied) {
  TempFolder folder;
  const auto store = "sqlite:" + folder.file("new.db");
  const auto before = parsed(ctl(store, {"migrate", "status", "-o", "json"}));
  ASSERT_GE(before.size(), 1U);
  EXPECT_TRUE(before[0]["applied_at"].is_null());
  EXPECT_EQ(ctl(store, {"migrate", "up"}).code, 0);
  EXPECT_FALSE(parsed(ctl(store, {"migrate", "status", "-o", "json"}))[0]["applied_at"].is_null());
  const auto again = ctl(store, {"migrate", "up"});
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("0 applied"), std::string::npos) << again.err;
}

}  // namespace coupon::test
