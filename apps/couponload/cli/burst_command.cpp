#include "couponload/cli/burst_command.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "couponload/burst/burst.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/burst/reach.hpp"
#include "couponload/cli/preflight.hpp"
#include "couponload/cli/progress.hpp"
#include "couponload/report/run_report.hpp"
#include "couponload/verify/verify.hpp"

namespace coupon::load {

namespace log = base::log;

namespace {

constexpr std::int64_t kOpenTimeoutMinMs = 30'000;

Scenario make_scenario(const BurstOptions& options, const std::vector<std::string>& argv, const Members& members) {
  return {.argv = argv,
          .profile = couponsrv_profile().name,
          .url = options.url.text(),
          .code = options.code,
          .requests = options.users,
          .members = members.distinct(),
          .threads = options.threads,
          .seed = options.seed,
          .timeout_ns = options.timeout_ms * kNsPerMs,
          .primed = options.prime};
}

Target make_target(const BurstOptions& options) {
  return {.url = options.url,
          .profile = &couponsrv_profile(),
          .code = options.code,
          .headers = options.headers,
          .timeout_ms = options.timeout_ms};
}

BurstPlan make_plan(const BurstOptions& options, const boost::asio::ip::tcp::endpoint& server, const Members& members) {
  const auto& profile = couponsrv_profile();
  const RequestShape prime{"GET", profile.prime, {}};
  return {.server = server,
          .request = RequestTemplate(profile.request, options.code, options.url, options.headers),
          .members = &members,
          .prime = options.prime ? serialize(options.url, make_question(prime, {options.code, {}}, options.headers))
                                 : std::string(),
          .requests = options.users,
          .threads = options.threads,
          .timeout_ns = options.timeout_ms * kNsPerMs,
          .open_timeout_ns = std::max(options.timeout_ms, kOpenTimeoutMinMs) * kNsPerMs};
}

base::Result<> preflight(const BurstOptions& options) {
  COUPON_TRY(ensure_descriptors(options.users));
  return options.out_path.empty() ? base::Result<>{} : check_writable(options.out_path);
}

// The server's figures before anybody asks; without them nothing can be verified afterwards.
base::Result<Counts> read_before(const Target& target, const std::stop_token& stop) {
  auto counts = Api(target).counts(now_ns() + target.timeout_ms * kNsPerMs, stop);
  if (!counts && counts.error().code == base::Errc::kNotFound) {
    return base::fail(base::Errc::kNotFound,
                      fmt::format("coupon {} is not there; create it first (couponctl coupon create), or name another "
                                  "with --code: {}",
                                  target.code, counts.error().message));
  }
  if (!counts) return std::unexpected(counts.error().in("reading the coupon's stock"));
  if (counts->quota && counts->issued && *counts->issued >= *counts->quota) {
    log::warn("all {} places of {} were taken before the burst", *counts->quota, target.code);
  }
  return counts;
}

std::string describe(const BurstProgress& progress, std::uint32_t users) {
  if (progress.phase.load() != BurstProgress::Phase::kOpening) return {};
  return fmt::format("opening connections: {} of {}", grouped(progress.ready.load()), grouped(users));
}

void fire(const BurstOptions& options, const BurstPlan& plan, RunReport& report, const std::stop_token& stop) {
  BurstProgress progress;
  const ProgressLine line(options.quiet, [&] { return describe(progress, options.users); });
  report.started_ms = base::SystemClock{}.wall_ms();
  report.burst = run_burst(plan, progress, stop);
}

// Gives every shot its meaning; the answers' bodies are not needed any longer.
void read_shots(const Members& members, RunReport& report) {
  for (auto& shot : report.burst.shots) {
    if (shot.fate == Fate::kUnsent) continue;
    report.observed.asks.push_back(read_shot(couponsrv_profile(), shot, members.name(shot.seq)));
    shot.body = {};
  }
  report.figures = summarize(report.burst, report.observed.asks);
}

void check(const BurstOptions& options, const Target& target, RunReport& report, const std::stop_token& stop) {
  if (!stop.stop_requested()) {
    VerifyProgress progress;
    const ProgressLine line(options.quiet, [&] {
      return fmt::format("verifying: {} of {} grants read back", grouped(static_cast<std::int64_t>(progress.confirmed)),
                         grouped(static_cast<std::int64_t>(progress.promised)));
    });
    verify({target, options.settle_ms, options.seed}, report.observed, progress, stop);
  }
  report.tally = tally(report.observed);
  report.invariants = check_all(report.observed);
  report.limits = {.lag_ns = options.lag_max_ms * kNsPerMs,
                   .run_delay_share = options.run_delay_share_max,
                   .skew_ns = options.skew_max_ms * kNsPerMs};
  report.validity = judge_validity(report.burst, report.figures, report.limits);
}

ExitCode publish(const BurstOptions& options, const RunReport& report, std::ostream& out) {
  const bool wants_json = options.format == base::OutputFormat::kJson;
  const auto json = wants_json || !options.out_path.empty() ? render_json(report) : std::string();
  out << (wants_json ? json : render_table(report)) << std::flush;
  if (!options.out_path.empty()) {
    if (const auto written = write_atomically(options.out_path, json); !written) {
      log::error("--out: {}", written.error().message);
      return report.exit == ExitCode::kPass ? ExitCode::kInternal : report.exit;
    }
  }
  return report.exit;
}

}  // namespace

ExitCode run_burst_command(const BurstOptions& options, const std::vector<std::string>& argv, std::ostream& out,
                           const std::stop_token& stop) {
  if (const auto ready = preflight(options); !ready) {
    log::error("{}", ready.error().message);
    return ExitCode::kUsage;
  }
  const auto server = reach(options.url, options.timeout_ms);
  if (!server) {
    log::error("{}", server.error().message);
    return ExitCode::kUnreachable;
  }
  const auto target = make_target(options);
  const auto before = read_before(target, stop);
  if (!before) {
    log::error("{}", before.error().message);
    return stop.stop_requested() ? ExitCode::kInterrupted : ExitCode::kUnreachable;
  }
  const Members members(options.members, options.users, options.same_user, options.seed);
  RunReport report;
  report.scenario = make_scenario(options, argv, members);
  report.observed.before = *before;
  fire(options, make_plan(options, *server, members), report, stop);
  if (!report.burst.released && !stop.stop_requested()) {
    log::error("no connection to {} could be opened: {}", options.url.text(), report.burst.trouble.first);
    return ExitCode::kUnreachable;
  }
  read_shots(members, report);
  check(options, target, report, stop);
  report.exit = decide(findings_of(report.invariants, stop.stop_requested(), report.validity.valid()));
  return publish(options, report, out);
}

}  // namespace coupon::load
