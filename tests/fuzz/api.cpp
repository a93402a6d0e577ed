// From a request to what couponsrv would do: routes, queries, JSON bodies, keys, tokens. Nothing is done: see
// api_stand_ins.cpp.

#include "base/metrics.hpp"
#include "couponsrv/coupon_calls.hpp"
#include "couponsrv/issue_call.hpp"
#include "couponsrv/request_checks.hpp"
#include "fuzz/api_stand_ins.hpp"
#include "fuzz/check.hpp"
#include "net/http/server/request_check.hpp"
#include "net/http/server/request_reader.hpp"

namespace coupon::fuzz_api {

using namespace srv;
using net::http::Request;
using net::http::Response;

namespace {

void check_refusal(const Response& response) {
  FUZZ_CHECK(response.status >= 400 && response.status < 500);
  FUZZ_CHECK(response.body.starts_with("{\"success\":false,") && response.body.ends_with('}'));
}

void check_plan(const Plan& plan) {
  if (!plan) check_refusal(plan.error());
}

void issue(const Request& request) {
  int answers = 0;
  fuzz::issue_call()(request, net::http::Responder([&](Response&& response) {
                       ++answers;
                       // Busy says the issuer that stands in for the real one: the ask was good.
                       if (response.status != 503) check_refusal(response);
                     }));
  FUZZ_CHECK(answers == 1);
}

void call(const Request& request) {
  const auto route = find_route(request.method, request.path);
  FUZZ_CHECK(route.call != Call::kUnknownMethod || !route.allow.empty());
  switch (route.call) {
    case Call::kIssue: issue(request); break;
    case Call::kShowCoupon: check_plan(plan_show_coupon(route, request)); break;
    case Call::kShowStock: check_plan(plan_show_stock(route, request)); break;
    case Call::kShowMember: check_plan(plan_show_member(route, request)); break;
    case Call::kCreate: check_plan(plan_create(request)); break;
    case Call::kDelete: check_plan(plan_delete(route, request)); break;
    case Call::kInitStock: check_plan(plan_init_stock(request)); break;
    case Call::kReset: check_plan(plan_reset(request)); break;
    default: break;
  }
}

}  // namespace

FUZZ_TARGET(api) {
  static const AdminAccess kAdmin("a-token", "0.0.0.0");
  static const net::http::ServerConfig kConfig;
  const auto bytes = fuzz::text_of(data, size);
  net::http::RequestReader reader;
  net::http::RequestHead head;
  if (reader.advance(bytes, head, kConfig) != net::http::RequestReader::State::kReady) return 0;
  const auto target = net::http::split_target(head.target);
  const Request request{.method = head.method,
                        .target = head.target,
                        .path = target.path,
                        .query = target.query,
                        .body = reader.body(bytes),
                        .peer = "127.0.0.1",
                        .header = [&head](std::string_view name) { return head.value(name); }};
  if (const auto refusal = kAdmin.check(request)) {
    check_refusal(*refusal);
  } else {
    FUZZ_CHECK(request.header("Authorization").ends_with(" a-token"));
  }
  call(request);
  return 0;
}

}  // namespace coupon::fuzz_api
