#include <gtest/gtest.h>
#include <set>

#include "couponload/members.hpp"
#include "couponload/profile/request_template.hpp"

namespace coupon::load::test {

namespace {

const net::http::Url kUrl{.host = "shop", .port = 8080, .base_path = "/v2"};

MemberFormat format(std::string_view text) { return MemberFormat::parse(text).value(); }

RequestTemplate make(Headers headers = {}) {
  return {couponsrv_profile().request, "FLASH100", kUrl, std::move(headers)};
}

}  // namespace

TEST(MemberFormat, Puts_the_number_where_the_braces_are) {
  EXPECT_EQ(format("m{:08d}").name(42), "m00000042");
  EXPECT_EQ(format("user-{}-x").name(7), "user-7-x");
  EXPECT_EQ(format("{:03d}").name(12345), "12345");
}

TEST(MemberFormat, Refuses_what_is_not_one_number) {
  for (const auto* bad : {"", "member", "{", "}{", "{}{}", "{:x}", "{:0d}", "{:099d}", "a b{}", "{:8d}"}) {
    EXPECT_FALSE(MemberFormat::parse(bad)) << bad;
  }
}

TEST(Members, Are_all_different_and_in_an_order_that_the_seed_decides) {
  const Members first(format("m{}"), 1'000, 1, 7);
  const Members again(format("m{}"), 1'000, 1, 7);
  const Members other(format("m{}"), 1'000, 1, 8);
  std::set<std::string> names;
  bool same_as_other = true;
  for (std::uint32_t seq = 0; seq < 1'000; ++seq) {
    names.insert(first.name(seq));
    EXPECT_EQ(first.name(seq), again.name(seq));
    same_as_other = same_as_other && first.name(seq) == other.name(seq);
  }
  EXPECT_EQ(names.size(), 1'000U);
  EXPECT_FALSE(same_as_other);
}

TEST(Members, Ask_several_times_in_a_row_when_told_so) {
  const Members members(format("m{}"), 10, 4, 1);
  EXPECT_EQ(members.distinct(), 3U);
  EXPECT_EQ(members.name(0), members.name(3));
  EXPECT_NE(members.name(3), members.name(4));
}

TEST(RequestTemplate, Is_a_whole_request) {
  auto request = make({{"X-Test", "1"}});
  EXPECT_EQ(request.render("m00000001"),
            "POST /v2/api/v1/coupons/issue HTTP/1.1\r\nHost: shop:8080\r\nX-Test: 1\r\n"
            "Content-Type: application/json\r\nContent-Length: 48\r\n\r\n"
            R"({"couponCode":"FLASH100","memberId":"m00000001"})");
}

TEST(RequestTemplate, Patched_in_place_it_is_what_it_would_be_made_anew) {
  auto patched = make();
  for (const auto* member : {"m0000001", "m0000002", "m10", "m99", "m\"quoted\"", "m\"quotee\"", "m100", "ü"}) {
    auto fresh = make();
    EXPECT_EQ(patched.render(member), fresh.render(member)) << member;
  }
}

TEST(RequestTemplate, Escapes_members_in_bodies_and_encodes_them_in_paths) {
  const Subject subject{"A/B", "x\"y z"};
  EXPECT_EQ(fill_body(R"({"c":"{code}","m":"{member}"})", subject), R"({"c":"A/B","m":"x\"y z"})");
  EXPECT_EQ(fill_path("/c/{code}/m/{member}", subject), "/c/A%2FB/m/x%22y%20z");
}

TEST(RequestTemplate, Leaves_a_placeholder_inside_a_value_alone) {
  EXPECT_EQ(fill_body("{code} {member} {other}", {"{member}", "{code}"}), "{member} {code} {other}");
}

TEST(RequestTemplate, Patches_every_place_of_the_member) {
  RequestTemplate request({"POST", "/{member}/x", R"({"a":"{member}","b":"{member}"})"}, "C", kUrl, {});
  EXPECT_EQ(request.render("aaaa").find("bbbb"), std::string_view::npos);
  const auto text = request.render("bbbb");
  EXPECT_EQ(text.find("aaaa"), std::string_view::npos);
  EXPECT_NE(text.find("/bbbb/x"), std::string_view::npos);
  EXPECT_NE(text.find(R"({"a":"bbbb","b":"bbbb"})"), std::string_view::npos);
}

}  // namespace coupon::load::test
