#include "couponsrv/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "base/settings.hpp"

namespace coupon::srv {

namespace {

constexpr std::int64_t kTimeoutMaxMs = 3'600'000;
constexpr std::int64_t kThreadsMax = 256;
constexpr std::int64_t kConnections = 16'000;  // what 10,000 users at once and a limit of 20,000 files allow

constexpr const char* kExamples = R"(Examples:
  couponsrv                                     serve on 127.0.0.1:8080 from coupon.db in this folder
  couponsrv --store sqlite:/var/lib/coupon/coupon.db --port 80 --address 0.0.0.0
  COUPON_ADMIN_TOKEN=... couponsrv --address 0.0.0.0    create, delete and init need this bearer token
  couponsrv --config couponsrv.toml --print-config      every setting as it would be used

Exit codes: 0 stopped as asked, 1 cannot start or failed, 2 wrong usage, 130 stopped the hard way.)";

// What the command line holds in its own types before it is copied into the parts' configurations.
struct Raw {
  std::int64_t port = 8080;
  std::int64_t threads = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
  std::int64_t header_max = 8 * 1024;
  std::int64_t target_max = 2 * 1024;
  std::int64_t body_max = 4 * 1024;
  std::int64_t backlog = 4096;
  std::int64_t merge_max = 512;
  std::int64_t waiting_max = 20'000;
  std::int64_t desk_threads = 2;
  std::int64_t desk_queue = 10'000;
  bool no_worker = false;
  base::LogSettings log;
};

void add_http(base::Settings& settings, net::http::ServerConfig& http, Raw& raw) {
  settings.text({"address", "numeric address to listen on"}, http.address);
  settings.integer({"port", "port to listen on; 0 picks a free one"}, raw.port, 0, 65'535);
  settings.integer({"threads", "io threads, each with its own loop"}, raw.threads, 1, kThreadsMax);
  settings.integer({"backlog", "connections that may wait to be accepted, per thread"}, raw.backlog, 1, 65'535);
  settings.integer({"connections", "open connections; above, 503 and close"}, http.connections_max, 1, 10'000'000);
  settings.integer({"header-bytes", "request line and header fields; above, 431"}, raw.header_max, 256, 1 << 20);
  settings.integer({"target-bytes", "request target; above, 414"}, raw.target_max, 64, 1 << 20);
  settings.integer({"body-bytes", "request body; above, 413"}, raw.body_max, 64, 1 << 20);
  settings.integer({"requests-per-connection", "requests after which a connection is closed"},
                   http.requests_per_connection_max, 1, 1'000'000'000);
  settings.duration({"idle-timeout", "between two requests of a connection"}, http.idle_timeout_ms, kTimeoutMaxMs);
  settings.duration({"header-timeout", "to receive a request's header; then 408"}, http.header_timeout_ms,
                    kTimeoutMaxMs);
  settings.duration({"body-timeout", "to receive a request's body; then 408"}, http.body_timeout_ms, kTimeoutMaxMs);
  settings.duration({"answer-timeout", "to produce an answer; then 503"}, http.answer_timeout_ms, kTimeoutMaxMs);
  settings.duration({"write-timeout", "for the client to take an answer"}, http.write_timeout_ms, kTimeoutMaxMs);
  settings.duration({"grace", "for requests in hand when told to stop"}, http.grace_ms, kTimeoutMaxMs);
}

void add_service(base::Settings& settings, Options& options, Raw& raw) {
  profile::add_settings(settings, options.engines);
  settings.integer({"merge-max", "members decided in one call to the gate"}, raw.merge_max, 1, kGateBatchMax);
  settings.integer({"waiting-max", "members waiting for the gate, per thread; above, 503"}, raw.waiting_max, 1,
                   10'000'000);
  settings.duration({"deadline", "to confirm a grant; then 202 and the relay goes on"}, options.issuer.deadline_ms,
                    kTimeoutMaxMs);
  settings.integer({"desk-threads", "threads for calls that wait for the ledger"}, raw.desk_threads, 1, kThreadsMax);
  settings.integer({"desk-queue", "such calls waiting; above, 503"}, raw.desk_queue, 1, 1'000'000);
  settings.flag({"no-worker", "do not carry the journal into the ledger: a couponworker does"}, raw.no_worker);
  settings.flag({"allow-reset", "answer POST /api/test/reset, which forgets every grant: test systems only"},
                options.allow_reset);
  settings.secret({"admin-token", "the bearer token of create, delete, init and reset"}, options.admin_token);
  settings.text({"port-file", "write the port to this file once connections are accepted"}, options.port_file);
}

void take(const Raw& raw, Options& options) {
  options.http.port = static_cast<std::uint16_t>(raw.port);
  options.http.threads = static_cast<int>(raw.threads);
  options.http.backlog = static_cast<int>(raw.backlog);
  options.http.header_bytes_max = static_cast<std::size_t>(raw.header_max);
  options.http.target_bytes_max = static_cast<std::size_t>(raw.target_max);
  options.http.body_bytes_max = static_cast<std::size_t>(raw.body_max);
  options.issuer.merge_max = static_cast<std::size_t>(raw.merge_max);
  options.issuer.waiting_max = static_cast<std::size_t>(raw.waiting_max);
  options.desk_threads = static_cast<std::size_t>(raw.desk_threads);
  options.desk_queue_max = static_cast<std::size_t>(raw.desk_queue);
  options.run_worker = !raw.no_worker;
  options.log = raw.log.config("couponsrv");
}

}  // namespace

std::optional<int> parse_options(int argc, const char* const* argv, Options& options) {
  CLI::App app("Issues coupons over HTTP: exactly as many as there are, one to a member.", "couponsrv");
  app.set_version_flag("--version", std::string("couponsrv ") + COUPON_VERSION);
  app.footer(kExamples);
  Raw raw;
  options.http.connections_max = kConnections;
  base::Settings settings(app);
  add_http(settings, options.http, raw);
  add_service(settings, options, raw);
  raw.log.add_to(settings);
  settings.config_file();
  const auto check = [&options] { return profile::check(options.engines); };
  if (const auto code = base::parse_settings(app, settings, argc, argv, check)) return code;
  take(raw, options);
  return std::nullopt;
}

}  // namespace coupon::srv
