#include "couponsrv/routes.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace coupon::srv {

using net::http::Method;

namespace {

struct Entry {
  std::string_view pattern;  // segments; {code} and {memberId} stand for one segment each
  Method method;
  Call call;
};

// Fixed segments come before parameters at the same place: the first pattern that fits a path wins.
constexpr std::array kEntries{
    Entry{"/api/v1/coupons/issue", Method::kPost, Call::kIssue},
    Entry{"/api/v1/coupons/stock/init", Method::kPost, Call::kInitStock},
    Entry{"/api/v1/coupons/stock/{code}", Method::kGet, Call::kShowStock},
    Entry{"/api/v1/coupons/{code}/issues/{memberId}", Method::kGet, Call::kShowMember},
    Entry{"/api/v1/coupons/{code}", Method::kGet, Call::kShowCoupon},
    Entry{"/api/v1/coupons/{code}", Method::kDelete, Call::kDelete},
    Entry{"/api/v1/coupons", Method::kPost, Call::kCreate},
    Entry{"/api/test/reset", Method::kPost, Call::kReset},
    Entry{"/healthz", Method::kGet, Call::kHealth},
    Entry{"/readyz", Method::kGet, Call::kReady},
    Entry{"/metrics", Method::kGet, Call::kMetrics},
    Entry{"/openapi.json", Method::kGet, Call::kOpenApi},
};

std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

struct Params {
  std::string_view code;
  std::string_view member;
};

std::optional<Params> match(std::string_view pattern, std::string_view path) {
  Params params;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern);
    const auto given = next_segment(path);
    if (wanted == "{code}") {
      params.code = given;
    } else if (wanted == "{memberId}") {
      params.member = given;
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return params;
}

std::string_view allowed(bool get, bool post, bool remove) {
  if (get && remove) return "GET, HEAD, DELETE";
  if (get) return "GET, HEAD";
  if (post) return "POST";
  return "DELETE";
}

}  // namespace

Route find_route(Method method, std::string_view path) {
  const auto wanted = method == Method::kHead ? Method::kGet : method;
  Route route;
  bool get = false;
  bool post = false;
  bool remove = false;
  std::string_view pattern;
  for (const auto& entry : kEntries) {
    if (!pattern.empty() && entry.pattern != pattern) continue;
    const auto params = match(entry.pattern, path);
    if (!params) continue;
    pattern = entry.pattern;
    if (entry.method == wanted) {
      route.call = entry.call;
      const bool good = net::http::percent_decode(params->code, false, route.code) &&
                        net::http::percent_decode(params->member, false, route.member);
      if (!good) route.call = Call::kBadPath;
      return route;
    }
    get |= entry.method == Method::kGet;
    post |= entry.method == Method::kPost;
    remove |= entry.method == Method::kDelete;
  }
  if (pattern.empty()) return route;
  route.call = Call::kUnknownMethod;
  route.allow = allowed(get, post, remove);
  return route;
}

}  // namespace coupon::srv
