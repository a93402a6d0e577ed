#pragma once
// The calls about coupons besides issuing: each reads its input on the io loop, and gives back the work for the desk or
// a refusal.

#include <expected>

#include "couponsrv/desk.hpp"
#include "couponsrv/routes.hpp"
#include "net/http/message.hpp"

namespace coupon::srv {

using Plan = std::expected<Desk::Work, net::http::Response>;

[[nodiscard]] Plan plan_show_coupon(const Route& route, const net::http::Request& request);
[[nodiscard]] Plan plan_show_stock(const Route& route, const net::http::Request& request);
[[nodiscard]] Plan plan_show_member(const Route& route, const net::http::Request& request);
[[nodiscard]] Plan plan_create(const net::http::Request& request);
[[nodiscard]] Plan plan_delete(const Route& route, const net::http::Request& request);
[[nodiscard]] Plan plan_init_stock(const net::http::Request& request);
/// POST /api/test/reset, of all coupons or of ?couponCode=.
[[nodiscard]] Plan plan_reset(const net::http::Request& request);

}  // namespace coupon::srv
