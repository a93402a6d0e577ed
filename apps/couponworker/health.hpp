#pragma once
// The worker's health port: /healthz, /readyz, /metrics.

#include "base/metrics.hpp"
#include "net/http/server.hpp"
#include "service/worker.hpp"

namespace coupon::worker {

/// Both must outlive the server.
[[nodiscard]] net::http::Server::MakeHandler health_handler(const service::Worker& loops, base::Metrics& metrics);

}  // namespace coupon::worker
