// kill -9 in the middle of work.

#include "functional/crash.hpp"

#include <csignal>
#include <gtest/gtest.h>

#include "functional/crowd.hpp"
#include "functional/programs.hpp"
#include "functional/truth.hpp"

namespace coupon::test {

TEST(Crash, of_couponsrv_in_mid_burst_loses_no_answered_grant_and_gives_none_too_many) {
  for (const unsigned seed : {1U, 2U}) kill_in_mid_burst_and_restart(seed);
}

TEST(Crash, of_couponworker_in_mid_batch_is_absorbed_by_the_next_one) {
  constexpr std::int64_t kQuota = 1'500;
  Shop shop(kQuota);
  Service service(shop.folder.path(), {"--no-worker"});
  Process first({program("couponworker"), "--store", shop.store, "--batch", "50"});
  Crowd crowd({service.port()}, "FLASH100", "m", 16);
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
