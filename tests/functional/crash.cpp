#include "functional/crash.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "functional/crowd.hpp"
#include "functional/programs.hpp"
#include "functional/truth.hpp"

namespace coupon::test {

namespace {

constexpr std::int64_t kQuota = 1'500;
constexpr int kThreads = 16;

}  // namespace

void kill_in_mid_burst_and_restart(unsigned seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  const auto kill_at = std::uniform_int_distribution<std::int64_t>(1, kQuota - 200)(random);
  Shop shop(kQuota);
  std::map<std::string, std::string> grants;
  {
    Service service(shop.folder.path());
    Crowd crowd({service.port()}, "FLASH100", "before", kThreads);
    ASSERT_TRUE(eventually([&] { return crowd.issued() >= kill_at; }));
    service.process().signal(SIGKILL);
    EXPECT_EQ(service.process().wait(), 128 + SIGKILL);
    crowd.join();
    grants = crowd.grants();
    EXPECT_LT(crowd.issued(), kQuota) << "the burst was over before the kill";
    EXPECT_TRUE(crowd.others().empty());
  }
  Service service(shop.folder.path());
  expect_truth(shop, service, "FLASH100", kQuota, grants);
  Crowd crowd({service.port()}, "FLASH100", "after", kThreads);
  crowd.join();
  grants.insert(crowd.grants().begin(), crowd.grants().end());
  expect_truth(shop, service, "FLASH100", kQuota, grants);
  EXPECT_EQ(json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["issued"], kQuota);
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace coupon::test
