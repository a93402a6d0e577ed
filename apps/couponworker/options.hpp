#pragma once
// couponworker's command line.

#include <optional>
#include <string>

#include "base/log.hpp"
#include "net/http/server.hpp"
#include "profile/engines.hpp"
#include "profile/worker_parts.hpp"
#include "service/worker.hpp"

namespace coupon::worker {

struct Options {
  profile::EngineConfig engines;
  profile::WorkerPlan plan;
  service::WorkerConfig loops;
  net::http::ServerConfig health;
  std::string health_port_file;
  base::log::Config log;
  bool serve_health = false;
};

/// Fills `options`, or returns the exit code when the program has to end now.
[[nodiscard]] std::optional<int> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace coupon::worker
