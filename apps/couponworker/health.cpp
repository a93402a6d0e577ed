#include "couponworker/health.hpp"

#include <utility>

namespace coupon::worker {

namespace {

net::http::Response answer(const service::Worker& loops, const base::Metrics& metrics, std::string_view path) {
  net::http::Response response;
  if (path == "/healthz") {
    response.body = R"({"success":true,"data":{"status":"ok"}})";
  } else if (path == "/readyz") {
    const auto trouble = loops.trouble();
    if (!trouble.empty()) return net::http::error_response(503, "not ready: " + trouble);
    response.body = R"({"success":true,"data":{"ready":true}})";
  } else if (path == "/metrics") {
    response.body = metrics.text();
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  } else {
    return net::http::error_response(404, "this port has /healthz, /readyz and /metrics");
  }
  return response;
}

}  // namespace

net::http::Server::MakeHandler health_handler(const service::Worker& loops, base::Metrics& metrics) {
  return [&loops, &metrics](base::Scheduler& /*loop*/, int /*index*/) -> net::http::Handler {
    return [&loops, &metrics](const net::http::Request& request, net::http::Responder responder) {
      const bool reads = request.method == net::http::Method::kGet || request.method == net::http::Method::kHead;
      if (!reads) {
        auto response = net::http::error_response(405, "this port takes GET");
        response.headers.emplace_back("Allow", "GET, HEAD");
        responder(std::move(response));
        return;
      }
      responder(answer(loops, metrics, request.path));
    };
  };
}

}  // namespace coupon::worker
