#include "couponworker/options.hpp"

#include <CLI/CLI.hpp>

#include "base/settings.hpp"

namespace coupon::worker {

namespace {

constexpr std::int64_t kTimeoutMaxMs = 3'600'000;
constexpr std::int64_t kBatchMax = 100'000;

constexpr const char* kExamples = R"(Examples:
  couponworker                                   carry coupon.db's journal into its ledger
  couponworker --store sqlite:/var/lib/coupon/coupon.db --health-port 9090
  couponworker --role persist --batch 5000       only the persist loop, in larger transactions

Several workers may run on one store: copies are absorbed.
Exit codes: 0 stopped as asked, 1 cannot start or failed, 2 wrong usage, 130 stopped the hard way.)";

struct Raw {
  std::string role = "all";
  base::LogSettings log;
  std::int64_t batch = 2'000;
  std::int64_t relay_batch = 500;
  std::int64_t dlt_attempts = 3;
  std::int64_t health_port = 0;
};

void add_all(base::Settings& settings, Options& options, Raw& raw) {
  profile::add_settings(settings, options.engines);
  settings.choice({"role", "which loops to run"}, raw.role, {"all", "persist", "relay", "dlt", "rebuild", "reconcile"});
  settings.integer({"batch", "records in one ledger transaction"}, raw.batch, 1, kBatchMax);
  settings.integer({"relay-batch", "pending grants published at once"}, raw.relay_batch, 1, kGateBatchMax);
  settings.duration({"poll-wait", "longest wait for a record"}, options.plan.poll_wait_ms, kTimeoutMaxMs);
  settings.duration({"relay-interval", "between looks for pending grants"}, options.plan.relay_interval_ms,
                    kTimeoutMaxMs);
  settings.duration({"dlt-interval", "between looks for dead letters that are due"}, options.plan.dlt_interval_ms,
                    kTimeoutMaxMs);
  settings.integer({"dlt-attempts", "to store a dead letter; then it waits for an operator"}, raw.dlt_attempts, 1,
                   1'000);
  settings.duration({"dlt-backoff", "first wait between these; it doubles"}, options.plan.dlt.policy.backoff_ms,
                    kTimeoutMaxMs);
  settings.duration({"dlt-backoff-max", "longest wait between these"}, options.plan.dlt.policy.backoff_max_ms,
                    kTimeoutMaxMs);
  settings.duration({"rebuild-interval", "between looks for gates that do not serve"}, options.plan.rebuild_interval_ms,
                    kTimeoutMaxMs);
  settings.duration({"rebuild-patience", "without progress of somebody else's rebuild, until it counts as abandoned"},
                    options.plan.keeper.patience_ms, kTimeoutMaxMs);
  settings.duration({"reconcile-interval", "between comparisons of gate and ledger"},
                    options.plan.reconcile_interval_ms, kTimeoutMaxMs);
  settings.duration({"relay-retry", "until a grant that was published without success is due again"},
                    options.plan.relay.retry_ms, kTimeoutMaxMs);
  settings.duration({"backoff-max", "longest wait after a failure"}, options.loops.backoff_max_ms, kTimeoutMaxMs);
  settings.text({"health-address", "numeric address of the health port"}, options.health.address);
  settings.integer({"health-port", "serve /healthz, /readyz and /metrics here; 0: nowhere"}, raw.health_port, 0,
                   65'535);
  settings.text({"health-port-file", "write the health port to this file; port 0 then picks a free one"},
                options.health_port_file);
  raw.log.add_to(settings);
}

void take(const Raw& raw, Options& options) {
  const auto runs = [&raw](std::string_view role) { return raw.role == "all" || raw.role == role; };
  options.plan.roles = {runs("persist"), runs("relay"), runs("dlt"), runs("rebuild"), runs("reconcile")};
  options.plan.persist.batch_max = static_cast<std::size_t>(raw.batch);
  options.plan.dlt.policy.attempts_max = static_cast<int>(raw.dlt_attempts);
  options.plan.relay.batch_max = static_cast<std::size_t>(raw.relay_batch);
  options.health.port = static_cast<std::uint16_t>(raw.health_port);
  options.serve_health = raw.health_port != 0 || !options.health_port_file.empty();
  options.log = raw.log.config("couponworker");
}

}  // namespace

std::optional<int> parse_options(int argc, const char* const* argv, Options& options) {
  CLI::App app("Carries what was issued from the journal into the ledger.", "couponworker");
  app.set_version_flag("--version", std::string("couponworker ") + COUPON_VERSION);
  app.footer(kExamples);
  Raw raw;
  base::Settings settings(app);
  add_all(settings, options, raw);
  settings.config_file();
  const auto check = [&options] { return profile::check(options.engines); };
  if (const auto code = base::parse_settings(app, settings, argc, argv, check)) return code;
  take(raw, options);
  return std::nullopt;
}

}  // namespace coupon::worker
