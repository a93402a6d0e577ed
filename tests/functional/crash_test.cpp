// kill -9 in the middle of a burst.

#include <csignal>
#include <gtest/gtest.h>
#include <random>

#include "functional/crowd.hpp"
#include "functional/programs.hpp"
#include "functional/truth.hpp"

namespace coupon::test {

namespace {

constexpr std::int64_t kQuota = 1'500;
constexpr int kThreads = 16;

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

}  // namespace

TEST(Crash, of_couponsrv_in_mid_burst_loses_no_answered_grant_and_gives_none_too_many) {
  for (const unsigned seed : {1U, 2U}) kill_in_mid_burst_and_restart(seed);
}

// Label long: run by ./dev test --all.
class CrashRepeated : public testing::TestWithParam<unsigned> {};

TEST_P(CrashRepeated, loses_no_answered_grant_and_gives_none_too_many) { kill_in_mid_burst_and_restart(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Seeds, CrashRepeated, testing::Range(101U, 121U));

TEST(Crash, of_couponworker_in_mid_batch_is_absorbed_by_the_next_one) {
  Shop shop(kQuota);
  Service service(shop.folder.path(), {"--no-worker"});
  Process first({program("couponworker"), "--store", shop.store, "--batch", "50"});
  Crowd crowd({service.port()}, "FLASH100", "m", kThreads);
  ASSERT_TRUE(eventually([&] { return crowd.issued() >= kQuota / 2; }));
  first.signal(SIGKILL);
  EXPECT_EQ(first.wait(), 128 + SIGKILL);
  crowd.join();
  Process second({program("couponworker"), "--store", shop.store});
  expect_truth(shop, service, "FLASH100", kQuota, crowd.grants());
  second.signal(SIGTERM);
  EXPECT_EQ(second.wait(), 0);
}

}  // namespace coupon::test
