#include "coupon/journal.hpp"

#include <gtest/gtest.h>

namespace coupon {
namespace {

TEST(Lag, Is_summed_over_partitions) { EXPECT_EQ(lag_between({{0, 3}, {1, 10}}, {{0, 5}, {1, 20}}), 12); }

TEST(Lag, Counts_a_partition_without_a_commit_from_zero) { EXPECT_EQ(lag_between({}, {{0, 5}, {7, 2}}), 7); }

TEST(Lag, Is_never_negative) {
  EXPECT_EQ(lag_between({{0, 9}}, {{0, 5}}), 0);
  EXPECT_EQ(lag_between({{0, 9}, {1, 0}}, {{0, 5}, {1, 1}}), 1);
  EXPECT_EQ(lag_between({{3, 9}}, {}), 0);
}

}  // namespace
}  // namespace coupon
