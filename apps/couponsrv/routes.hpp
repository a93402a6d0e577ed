#pragma once
// From a request to the call it means. Knows paths, methods and parameters; does nothing.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http/message.hpp"

namespace coupon::srv {

enum class Call {
  kIssue,
  kShowCoupon,
  kShowStock,
  kShowMember,
  kCreate,
  kDelete,
  kInitStock,
  kReset,
  kHealth,
  kReady,
  kMetrics,
  kOpenApi,
  kUnknownPath,    ///< 404
  kUnknownMethod,  ///< 405; `allow` says what would do
  kBadPath,        ///< 400: a broken escape
};

struct Route {
  Call call = Call::kUnknownPath;
  std::string code;    ///< decoded path parameter {code}
  std::string member;  ///< decoded path parameter {memberId}
  std::string_view allow;
};

[[nodiscard]] Route find_route(net::http::Method method, std::string_view path);

}  // namespace coupon::srv
