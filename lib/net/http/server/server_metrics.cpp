#include "net/http/server/server_metrics.hpp"

namespace coupon::net::http {

namespace {

base::Counter refused_series(base::Metrics& metrics, const char* reason) {
  return metrics.counter("http_connections_refused_total", "Connections that were not served.", {{"reason", reason}});
}

base::Counter rejected_series(base::Metrics& metrics, const char* reason) {
  return metrics.counter("http_requests_rejected_total", "Requests refused before a handler saw them.",
                         {{"reason", reason}});
}

base::Counter timeout_series(base::Metrics& metrics, const char* stage) {
  return metrics.counter("http_timeouts_total", "Connections that ran out of time, by what they waited for.",
                         {{"stage", stage}});
}

base::Counter response_series(base::Metrics& metrics, const char* status_class) {
  return metrics.counter("http_responses_total", "Responses by class of status.", {{"class", status_class}});
}

}  // namespace

ServerMetrics::ServerMetrics(base::Metrics& metrics)
    : connections(metrics.gauge("http_connections", "Open connections.")),
      accepted(metrics.counter("http_connections_accepted_total", "Connections taken from the backlog.")),
      refused_limit(refused_series(metrics, "limit")),
      refused_descriptors(refused_series(metrics, "descriptors")),
      rejections{rejected_series(metrics, "malformed"),        rejected_series(metrics, "target_too_long"),
                 rejected_series(metrics, "header_too_large"), rejected_series(metrics, "body_too_large"),
                 rejected_series(metrics, "version"),          rejected_series(metrics, "expectation")},
      timeouts{timeout_series(metrics, "idle"), timeout_series(metrics, "header"), timeout_series(metrics, "body"),
               timeout_series(metrics, "answer"), timeout_series(metrics, "write")},
      responses{response_series(metrics, "2xx"), response_series(metrics, "3xx"), response_series(metrics, "4xx"),
                response_series(metrics, "5xx")} {}

void ServerMetrics::timed_out(Stage stage) {
  const auto index = static_cast<std::size_t>(stage);
  if (index < timeouts.size()) timeouts[index].add();
}

void ServerMetrics::responded(int status) {
  constexpr int kFirstClass = 2;
  responses[static_cast<std::size_t>(status / 100 - kFirstClass)].add();
}

}  // namespace coupon::net::http
