// The cost of the HTTP server alone: answers every request with 409 and a small body.
//   bench_http_echo PORT THREADS        until SIGINT or SIGTERM; a line on stderr says when it listens

#include <fmt/core.h>
#include <future>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/signals.hpp"
#include "base/text.hpp"
#include "net/http/server.hpp"

namespace {

namespace base = coupon::base;
namespace http = coupon::net::http;

constexpr std::string_view kBody =
    R"({"success":false,"error":{"code":"COUPON-409","message":"sold out"},"timestamp":"2026-05-01T10:00:00.000Z"})";

int fail(const base::Error& error) {
  base::log::error("{}", error.message);
  return 1;
}

http::Handler make_handler(base::Scheduler& /*loop*/, int /*index*/) {
  return [](const http::Request& /*request*/, http::Responder respond) {
    respond({.status = 409, .body = std::string(kBody)});
  };
}

}  // namespace

int main(int argc, char** argv) {
  base::StopSignals signals;
  if (argc != 3) {
    base::log::error("usage: bench_http_echo PORT THREADS");
    return 2;
  }
  const auto port = base::parse_integer(argv[1], "PORT", 0, 65'535);
  if (!port) return fail(port.error());
  const auto threads = base::parse_integer(argv[2], "THREADS", 1, 64);
  if (!threads) return fail(threads.error());

  base::Metrics metrics;
  http::ServerConfig config;
  config.port = static_cast<std::uint16_t>(*port);
  config.threads = static_cast<int>(*threads);
  http::Server server(config, metrics);
  if (const auto started = server.start(make_handler); !started) return fail(started.error());
  base::log::info("listening on port {}", server.port());
  std::promise<void> stopped;
  signals.on_stop([&](int) { stopped.set_value(); });
  stopped.get_future().wait();
  base::log::info("{} connections were cut", server.stop());
  return 0;
}
