#include "base/append.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace coupon::base {

TEST(Append, puts_texts_characters_numbers_and_ids_together_in_their_order) {
  const auto id = *Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  std::string out = "begun ";
  append(out, "literal", ',', std::string("text"), std::string_view(" view "), 7, id, std::string());
  EXPECT_EQ(out, "begun literal,text view 701ARZ3NDEKTSV4RRFFQ69G5FAV");
}

TEST(Append, numbers_of_every_size_are_whole) {
  std::string out;
  append(out, INT64_MIN, ' ', INT64_MAX, ' ', UINT64_MAX, ' ', std::int8_t{-128}, ' ', std::uint8_t{255}, ' ', 0);
  EXPECT_EQ(out, "-9223372036854775808 9223372036854775807 18446744073709551615 -128 255 0");
}

TEST(Append, a_text_may_contain_any_byte) {
  std::string out;
  append(out, std::string_view("a\0b", 3));
  EXPECT_EQ(out.size(), 3U);
}

}  // namespace coupon::base
