#include "net/kafka/position.hpp"

#include <gtest/gtest.h>

namespace coupon::net::kafka {
namespace {

TEST(Position, A_group_without_a_commit_starts_with_what_is_there) {
  const auto position = resolve(std::nullopt, 5, 9);
  EXPECT_EQ(position.next, 5);
  EXPECT_EQ(position.lost, 0);
  EXPECT_FALSE(position.foreign);
}

TEST(Position, A_group_goes_on_where_it_committed) {
  EXPECT_EQ(resolve(7, 5, 9).next, 7);
  EXPECT_EQ(resolve(5, 5, 9).next, 5);
  EXPECT_EQ(resolve(9, 5, 9).next, 9);
  EXPECT_EQ(resolve(7, 5, 9).lost, 0);
  EXPECT_FALSE(resolve(9, 5, 9).foreign);
}

TEST(Position, What_was_deleted_unread_is_passed_over_and_counted) {
  const auto position = resolve(2, 5, 9);
  EXPECT_EQ(position.next, 5);
  EXPECT_EQ(position.lost, 3);
}

TEST(Position, A_commit_beyond_the_end_is_of_another_topic_and_all_is_read_again) {
  const auto position = resolve(10, 5, 9);
  EXPECT_EQ(position.next, 5);
  EXPECT_EQ(position.lost, 0);
  EXPECT_TRUE(position.foreign);
}

}  // namespace
}  // namespace coupon::net::kafka
