// couponworker: the persist and relay loops as a program of their own.

#include <memory>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/memory.hpp"
#include "base/metrics.hpp"
#include "base/settings.hpp"
#include "base/signals.hpp"
#include "couponworker/health.hpp"
#include "couponworker/options.hpp"
#include "net/http/port_file.hpp"
#include "profile/worker_parts.hpp"

namespace {

using namespace coupon;

int failed(const base::Error& error) {
  base::log::error("cannot start: {}", error.message);
  return 1;
}

int run(const worker::Options& options, base::StopSignals& signals) {
  const auto stop = std::make_shared<base::StopFlag>();
  signals.on_stop([stop](int /*signal*/) { stop->raise(); });
  const auto stopping = [stop] { return stop->raised(); };
  const base::SystemClock clock;
  base::Metrics metrics;
  net::http::Server server(options.health, metrics);
  auto engines = profile::Engines::open(options.engines, clock, metrics, stopping);
  if (!engines) return failed(engines.error());
  if (const auto there = (*engines)->await(stopping); !there) return failed(there.error());
  const auto parts = profile::WorkerParts::open(**engines, clock, metrics, options.plan);
  if (!parts) return failed(parts.error());
  service::Worker loops((*parts)->loops(), options.loops);
  if (options.serve_health) {
    if (const auto started = server.start(worker::health_handler(loops, metrics)); !started) {
      return failed(started.error());
    }
    if (const auto told = net::http::write_port_file(options.health_port_file, server.port()); !told) {
      server.stop();
      return failed(told.error());
    }
  }
  base::log::info("working on {}", options.engines.text());
  stop->wait();
  base::log::info("stopping: the batch in hand is finished first");
  loops.stop();
  if (options.serve_health) server.stop();
  base::log::info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  base::keep_freed_memory();
  return base::guarded_main([&] {
    worker::Options options;
    if (const auto code = worker::parse_options(argc, argv, options)) return *code;
    base::log::configure(options.log);
    base::StopSignals signals;
    return run(options, signals);
  });
}
