#include "couponsrv/run.hpp"

#include <memory>
#include <optional>
#include <sys/resource.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "couponsrv/api.hpp"
#include "net/http/port_file.hpp"
#include "profile/worker_parts.hpp"

namespace coupon::srv {

using base::Result;

namespace {

constexpr std::int64_t kDescriptorsBeside = 64;  // store, logs, acceptors

// Every connection is a descriptor: the limit is raised as far as permitted, and the rest is said.
void fit_descriptors(net::http::ServerConfig& http) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) base::log::warn("cannot raise the limit of open files");
  }
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  const auto fits = static_cast<std::int64_t>(limit.rlim_cur) - kDescriptorsBeside;
  if (fits < http.connections_max && fits > 0) {
    base::log::warn("the limit of open files allows {} connections, not {}: raise it with ulimit -n", fits,
                    http.connections_max);
    http.connections_max = fits;
  }
}

int failed(const base::Error& error) {
  base::log::error("cannot start: {}", error.message);
  return 1;
}

// The order of these members is the order of their lives: the loops' schedulers (in the server) outlive the engines,
// whose last completions are posted to them.
struct Parts {
  base::SystemClock clock;
  base::Metrics metrics;
  std::unique_ptr<net::http::Server> server;
  std::unique_ptr<profile::Engines> engines;
  std::unique_ptr<profile::WorkerParts> worker_parts;
  std::unique_ptr<service::Worker> worker;
  std::unique_ptr<Desk> desk;
  std::unique_ptr<AdminAccess> admin;
  std::unique_ptr<Shared> shared;
};

Result<> start(const Options& options, const profile::Stopping& stopping, Parts& parts) {
  auto engines = profile::Engines::open(options.engines, parts.clock, parts.metrics, stopping);
  if (!engines) return std::unexpected(engines.error());
  auto http = options.http;
  fit_descriptors(http);
  parts.server = std::make_unique<net::http::Server>(http, parts.metrics);
  parts.engines = std::move(*engines);
  COUPON_TRY(parts.engines->await(stopping));
  // On servers the work is a couponworker's.
  if (options.run_worker && parts.engines->embedded()) {
    auto worker = profile::WorkerParts::open(*parts.engines, parts.clock, parts.metrics, {});
    if (!worker) return std::unexpected(worker.error());
    parts.worker_parts = std::move(*worker);
    parts.worker = std::make_unique<service::Worker>(parts.worker_parts->loops(), service::WorkerConfig{});
  }
  parts.desk = std::make_unique<Desk>(parts.metrics, options.desk_queue_max);
  COUPON_TRY(parts.desk->start(*parts.engines, parts.clock, parts.metrics, options.desk_threads));
  parts.admin = std::make_unique<AdminAccess>(options.admin_token, options.http.address);
  parts.shared = std::make_unique<Shared>(Shared{*parts.engines, *parts.desk, parts.metrics, parts.clock, *parts.admin,
                                                 options.issuer, parts.worker.get(), options.allow_reset});
  COUPON_TRY(parts.server->start([&parts](base::Scheduler& loop, int /*index*/) -> net::http::Handler {
    auto api = std::make_shared<Api>(*parts.shared, loop);
    return [api](const net::http::Request& request, net::http::Responder responder) {
      api->handle(request, std::move(responder));
    };
  }));
  return net::http::write_port_file(options.port_file, parts.server->port());
}

}  // namespace

int run(const Options& options, base::StopSignals& signals) {
  const auto stop = std::make_shared<base::StopFlag>();
  signals.on_stop([stop](int /*signal*/) { stop->raise(); });
  Parts parts;
  if (const auto started = start(options, [stop] { return stop->raised(); }, parts); !started) {
    if (parts.server) parts.server->stop();
    return failed(started.error());
  }
  base::log::info("listening on http://{}:{}, store {}", options.http.address, parts.server->port(),
                  options.engines.text());
  stop->wait();
  base::log::info("stopping: requests in hand are answered first");
  const auto cut = parts.server->stop();
  if (parts.worker) parts.worker->stop();
  if (cut > 0) base::log::warn("{} connections were cut at the end of the grace period", cut);
  base::log::info("stopped");
  return 0;
}

}  // namespace coupon::srv
