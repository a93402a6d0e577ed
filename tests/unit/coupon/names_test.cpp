#include "coupon/names.hpp"

#include <gtest/gtest.h>
#include <string>
#include <unordered_set>

namespace coupon {
namespace {

template <class Name>
bool accepts(const std::string& text) {
  return Name::parse(text).has_value();
}

TEST(Names, A_code_has_letters_digits_dash_and_underscore) {
  for (const char* good : {"A", "a", "7", "FLASH-100", "flash_100", "-", "_"}) {
    EXPECT_TRUE(accepts<CouponCode>(good)) << good;
  }
  for (const char* bad : {"", " ", "A B", "A.B", "A:B", "A@B", "A/B", "A\n", "{A}", "caf\xc3\xa9", "A'--"}) {
    EXPECT_FALSE(accepts<CouponCode>(bad)) << bad;
  }
}

TEST(Names, A_member_may_also_have_dot_colon_and_at) {
  for (const char* good : {"m1", "user:7", "kim@example.org", "a.b-c_d"}) EXPECT_TRUE(accepts<MemberId>(good)) << good;
  for (const char* bad : {"", "m 1", "m/1", "m\t", "m%31", "m+1", "m\"1"}) EXPECT_FALSE(accepts<MemberId>(bad)) << bad;
}

TEST(Names, Every_byte_outside_the_alphabet_is_refused) {
  int accepted = 0;
  for (int byte = 0; byte < 256; ++byte) {
    if (accepts<MemberId>(std::string(1, static_cast<char>(byte)))) ++accepted;
  }
  EXPECT_EQ(accepted, 10 + 26 + 26 + 5);
}

TEST(Names, The_longest_name_is_accepted_and_one_more_is_not) {
  EXPECT_TRUE(accepts<CouponCode>(std::string(40, 'A')));
  EXPECT_FALSE(accepts<CouponCode>(std::string(41, 'A')));
  EXPECT_TRUE(accepts<MemberId>(std::string(64, 'm')));
  EXPECT_FALSE(accepts<MemberId>(std::string(65, 'm')));
}

TEST(Names, A_nul_inside_is_refused) { EXPECT_FALSE(accepts<CouponCode>(std::string("A\0B", 3))); }

TEST(Names, Case_and_every_byte_count_in_comparisons) {
  EXPECT_NE(*CouponCode::parse("flash"), *CouponCode::parse("FLASH"));
  EXPECT_LT(*CouponCode::parse("B"), *CouponCode::parse("a"));
  EXPECT_LT(*CouponCode::parse("A"), *CouponCode::parse("A1"));
}

TEST(Names, The_error_names_the_field_the_length_and_the_alphabet) {
  const auto error = MemberId::parse("m 1").error();
  EXPECT_EQ(error.code, base::Errc::kInvalid);
  EXPECT_EQ(error.message, "memberId must have 1 to 64 characters: letters, digits, '-', '_', '.', ':' and '@'");
  EXPECT_NE(CouponCode::parse("").error().message.find("couponCode"), std::string::npos);
}

TEST(Names, Equal_names_meet_in_a_hash_set) {
  std::unordered_set<MemberId> members{*MemberId::parse("m1")};
  EXPECT_TRUE(members.contains(*MemberId::parse("m1")));
  EXPECT_FALSE(members.contains(*MemberId::parse("M1")));
}

}  // namespace
}  // namespace coupon
