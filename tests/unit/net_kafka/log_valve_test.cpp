#include "net/kafka/log_valve.hpp"

#include <gtest/gtest.h>

namespace coupon::net::kafka {
namespace {

TEST(LogValve, A_window_lets_so_many_lines_through_and_no_more) {
  LogValve valve(2, 1'000);
  EXPECT_EQ(valve.pass(5'000), 0);
  EXPECT_EQ(valve.pass(5'001), 0);
  EXPECT_EQ(valve.pass(5'002), std::nullopt);
  EXPECT_EQ(valve.pass(5'999), std::nullopt);
}

TEST(LogValve, The_next_window_says_how_many_were_held_back) {
  LogValve valve(1, 1'000);
  EXPECT_EQ(valve.pass(0), 0);
  EXPECT_EQ(valve.pass(1), std::nullopt);
  EXPECT_EQ(valve.pass(2), std::nullopt);
  EXPECT_EQ(valve.pass(1'000), 2);
  EXPECT_EQ(valve.pass(2'000), 0);
}

}  // namespace
}  // namespace coupon::net::kafka
