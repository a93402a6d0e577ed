#pragma once
// couponsrv's command line.

#include <optional>
#include <string>

#include "base/log.hpp"
#include "net/http/server.hpp"
#include "profile/engines.hpp"
#include "service/issuer.hpp"

namespace coupon::srv {

struct Options {
  net::http::ServerConfig http;
  profile::EngineConfig engines;
  service::IssuerConfig issuer;
  base::log::Config log;
  std::size_t desk_threads = 2;
  std::size_t desk_queue_max = 10'000;
  std::string admin_token;  ///< empty: admin calls are answered on a loopback address only
  std::string port_file;
  bool run_worker = true;
  bool allow_reset = false;
};

/// Fills `options`, or returns the exit code when the program has to end now.
[[nodiscard]] std::optional<int> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace coupon::srv
