#include "functional/truth.hpp"

#include <gtest/gtest.h>
#include <set>
#include <sstream>

namespace coupon::test {

namespace {

nlohmann::json stock_of(const Service& service, const std::string& code) {
  return json_of(service.get("/api/v1/coupons/stock/" + code))["data"];
}

// member -> issue id of all rows, from the ledger itself.
std::map<std::string, std::string> rows_of(const std::string& store, const std::string& code) {
  std::map<std::string, std::string> rows;
  const auto exported = ctl(store, {"issues", "export", code, "-o", "json"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  std::istringstream lines(exported.out);
  std::set<std::string> ids;
  for (std::string line; std::getline(lines, line);) {
    const auto row = nlohmann::json::parse(line);
    EXPECT_TRUE(rows.emplace(row["member"], row["issue_id"]).second) << "twice: " << line;
    EXPECT_TRUE(ids.insert(row["issue_id"]).second) << "one id for two: " << line;
  }
  return rows;
}

}  // namespace

void expect_truth(const Shop& shop, const Service& service, const std::string& code, std::int64_t quota,
                  const std::map<std::string, std::string>& grants) {
  EXPECT_TRUE(eventually([&] {
    const auto stock = stock_of(service, code);
    return stock["recorded"] == stock["issued"] && stock["pending"] == 0;
  })) << stock_of(service, code);
  EXPECT_LE(stock_of(service, code)["issued"].get<std::int64_t>(), quota);
  const auto rows = rows_of(shop.store, code);
  EXPECT_LE(static_cast<std::int64_t>(rows.size()), quota);
  EXPECT_EQ(static_cast<std::int64_t>(rows.size()), stock_of(service, code)["issued"].get<std::int64_t>());
  for (const auto& [member, id] : grants) {
    const auto it = rows.find(member);
    ASSERT_NE(it, rows.end()) << "answered with 200 and lost: " << member;
    EXPECT_EQ(it->second, id);
  }
  const auto reconciled = ctl(shop.store, {"reconcile", code});
  EXPECT_EQ(reconciled.code, 0) << reconciled.out << reconciled.err;
}

}  // namespace coupon::test
