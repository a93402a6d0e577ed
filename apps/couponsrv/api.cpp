#include "couponsrv/api.hpp"

#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "couponsrv/answers.hpp"
#include "couponsrv/coupon_calls.hpp"
#include "couponsrv/openapi.hpp"
#include "couponsrv/routes.hpp"

namespace coupon::srv {

using net::http::Request;
using net::http::Responder;
using net::http::Response;

namespace {

bool is_admin(Call call) {
  return call == Call::kCreate || call == Call::kDelete || call == Call::kInitStock || call == Call::kReset;
}

Response wrong_method(std::string_view allow) {
  auto response = net::http::error_response(405, fmt::format("this path takes {}", allow));
  response.headers.emplace_back("Allow", std::string(allow));
  return response;
}

Response metrics_response(const base::Metrics& metrics) {
  Response response;
  response.body = metrics.text();
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

Response ready_response(service::Backend& backend, profile::Engines& engines, const service::Worker* worker) {
  auto store = engines.trouble();
  if (store.empty()) {
    const auto ping = backend.ledger.ping();
    if (!ping) store = "ledger: " + ping.error().message;
  }
  const auto loops = worker == nullptr ? std::string() : worker->trouble();
  if (store.empty() && loops.empty()) {
    return success(
        200, fmt::format(R"({{"ready":true,"store":"ok","worker":"{}"}})", worker == nullptr ? "elsewhere" : "ok"));
  }
  return net::http::error_response(503, store.empty() ? "not ready: " + loops : "not ready: " + store);
}

std::optional<Plan> plan(Call call, const Route& route, const Request& request) {
  switch (call) {
    case Call::kShowCoupon: return plan_show_coupon(route, request);
    case Call::kShowStock: return plan_show_stock(route, request);
    case Call::kShowMember: return plan_show_member(route, request);
    case Call::kCreate: return plan_create(request);
    case Call::kDelete: return plan_delete(route, request);
    case Call::kInitStock: return plan_init_stock(request);
    case Call::kReset: return plan_reset(request);
    default: return std::nullopt;
  }
}

}  // namespace

Api::Api(const Shared& shared, base::Scheduler& loop)
    : shared_(shared),
      loop_(loop),
      gate_(shared.engines.gate(loop)),
      journal_(shared.engines.journal(loop)),
      issuer_(*gate_, *journal_, loop, shared.clock, shared.issuer, shared.metrics),
      issue_(issuer_, loop, shared.desk) {}

void Api::handle(const Request& request, Responder responder) {
  const auto route = find_route(request.method, request.path);
  switch (route.call) {
    case Call::kIssue: issue_(request, std::move(responder)); return;
    case Call::kUnknownPath: responder(net::http::error_response(404, "there is nothing at this path")); return;
    case Call::kUnknownMethod: responder(wrong_method(route.allow)); return;
    case Call::kBadPath: responder(bad_request("the path has a broken % escape")); return;
    case Call::kHealth: responder(success(200, R"({"status":"ok"})")); return;
    case Call::kOpenApi: responder(Response{.body = std::string(openapi_json()), .headers = {}}); return;
    case Call::kReady:
    case Call::kMetrics: ready_or_metrics(route.call, std::move(responder)); return;
    default: desk_call(route, request, std::move(responder));
  }
}

void Api::ready_or_metrics(Call call, Responder responder) {
  if (call == Call::kReady) {
    shared_.desk.submit(loop_, std::move(responder),
                        [worker = shared_.worker, &engines = shared_.engines](service::Backend& backend) {
                          return ready_response(backend, engines, worker);
                        });
  } else {
    shared_.desk.submit(loop_, std::move(responder),
                        [&metrics = shared_.metrics](service::Backend&) { return metrics_response(metrics); });
  }
}

void Api::desk_call(const Route& route, const Request& request, Responder responder) {
  if (route.call == Call::kReset && !shared_.allow_reset) {
    responder(net::http::error_response(404, "there is nothing at this path"));
    return;
  }
  if (is_admin(route.call)) {
    if (auto refusal = shared_.admin.check(request)) {
      responder(std::move(*refusal));
      return;
    }
  }
  auto work = plan(route.call, route, request);
  if (!work) {
    responder(net::http::error_response(404, "there is nothing at this path"));
  } else if (!*work) {
    responder(std::move(work->error()));
  } else {
    shared_.desk.submit(loop_, std::move(responder), std::move(**work));
  }
}

}  // namespace coupon::srv
