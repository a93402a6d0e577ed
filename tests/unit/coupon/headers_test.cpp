#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "coupon/event.hpp"

namespace coupon {
namespace {

void expect_kept(const std::vector<Header>& headers) {
  const auto again = unpack_headers(pack_headers(headers));
  ASSERT_EQ(again.size(), headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    EXPECT_EQ(again[i].name, headers[i].name);
    EXPECT_EQ(again[i].value, headers[i].value);
  }
}

TEST(Headers, No_headers_pack_to_nothing) {
  EXPECT_EQ(pack_headers({}), "");
  EXPECT_TRUE(unpack_headers("").empty());
}

TEST(Headers, Names_values_and_their_order_are_kept) {
  expect_kept({{"v", "1"}, {"code", "FLASH"}, {"v", "2"}, {"empty", ""}, {"", "unnamed"}, {"", ""}});
}

TEST(Headers, Any_bytes_are_kept) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  expect_kept({{std::string("a\0b", 3), all}, {all, std::string(100'000, ':')}, {"5:abc", "0:"}});
}

TEST(Headers, Damaged_bytes_give_the_headers_before_the_damage) {
  const auto whole = pack_headers({{"code", "FLASH"}, {"user", "m1"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto some = unpack_headers(whole.substr(0, size));
    ASSERT_LE(some.size(), 1U) << size;
    if (!some.empty()) {
      EXPECT_EQ(some.front().value, "FLASH");
    }
  }
}

TEST(Headers, Hostile_lengths_are_not_believed) {
  for (const char* bad : {"x", ":", "-1:a", "99999999999999999999:a", "18446744073709551615:a", "4:abc", "4", " 1:a"}) {
    EXPECT_TRUE(unpack_headers(bad).empty()) << bad;
  }
}

}  // namespace
}  // namespace coupon
