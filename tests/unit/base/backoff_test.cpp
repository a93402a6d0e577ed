#include "base/backoff.hpp"

#include <gtest/gtest.h>

namespace coupon::test {

TEST(Backoff, doubles_with_jitter_up_to_its_maximum_and_starts_over_after_reset) {
  base::Backoff backoff(100, 1'000);
  for (const std::int64_t step : {100, 200, 400, 800, 1'000, 1'000}) {
    const auto delay = backoff.next_ms();
    EXPECT_GE(delay, step / 2);
    EXPECT_LE(delay, step);
  }
  backoff.reset();
  EXPECT_LE(backoff.next_ms(), 100);
}

}  // namespace coupon::test
