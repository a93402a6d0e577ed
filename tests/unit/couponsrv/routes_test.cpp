#include "couponsrv/routes.hpp"

#include <gtest/gtest.h>

namespace coupon::test {

using net::http::Method;
using srv::Call;
using srv::find_route;

TEST(Routes, fixed_paths_win_over_parameters) {
  EXPECT_EQ(find_route(Method::kPost, "/api/v1/coupons/issue").call, Call::kIssue);
  EXPECT_EQ(find_route(Method::kPost, "/api/v1/coupons/stock/init").call, Call::kInitStock);
  const auto stock = find_route(Method::kGet, "/api/v1/coupons/stock/A-1");
  EXPECT_EQ(stock.call, Call::kShowStock);
  EXPECT_EQ(stock.code, "A-1");
}

TEST(Routes, parameters_are_decoded) {
  const auto member = find_route(Method::kGet, "/api/v1/coupons/A%2D1/issues/m%401");
  EXPECT_EQ(member.call, Call::kShowMember);
  EXPECT_EQ(member.code, "A-1");
  EXPECT_EQ(member.member, "m@1");
  EXPECT_EQ(find_route(Method::kGet, "/api/v1/coupons/%").call, Call::kBadPath);
}

TEST(Routes, a_wrong_method_says_which_would_do) {
  const auto coupon = find_route(Method::kPut, "/api/v1/coupons/A");
  EXPECT_EQ(coupon.call, Call::kUnknownMethod);
  EXPECT_EQ(coupon.allow, "GET, HEAD, DELETE");
  EXPECT_EQ(find_route(Method::kGet, "/api/v1/coupons/issue").allow, "POST");
  EXPECT_EQ(find_route(Method::kDelete, "/healthz").allow, "GET, HEAD");
}

TEST(Routes, head_is_answered_where_get_is) {
  EXPECT_EQ(find_route(Method::kHead, "/healthz").call, Call::kHealth);
  EXPECT_EQ(find_route(Method::kHead, "/api/v1/coupons/issue").call, Call::kUnknownMethod);
}

TEST(Routes, everything_else_is_unknown) {
  for (const char* path : {"/", "/api", "/api/v1/coupons/", "/api/v1/coupons/A/", "/api/v1/coupons/A/issues",
                           "/api/v1/coupons/A/issues/m/x", "/healthz/", "//healthz", "/HEALTHZ"}) {
    const auto call = find_route(Method::kGet, path).call;
    const bool empty_code = std::string_view(path) == "/api/v1/coupons/";
    EXPECT_EQ(call, empty_code ? Call::kShowCoupon : Call::kUnknownPath) << path;
  }
}

}  // namespace coupon::test
