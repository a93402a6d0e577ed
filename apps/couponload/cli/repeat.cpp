#include "couponload/cli/repeat.hpp"

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/cli/progress.hpp"
#include "couponload/cli/start.hpp"
#include "couponload/profile/steps.hpp"
#include "couponload/profile/values.hpp"

namespace coupon::load {

namespace log = base::log;

namespace {

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
    log::warn("all {} places of {} were taken before the run", *counts->quota, target.code);
  }
  return counts;
}

std::string describe(const RunProgress& progress, const LoadOptions& options) {
  const bool burst = options.mode == Mode::kBurst;
  switch (progress.phase.load()) {
    case RunProgress::Phase::kOpening:
      return fmt::format("opening connections: {} of {}", grouped(progress.ready.load()),
                         grouped(burst ? static_cast<std::int64_t>(requests_of(options)) : options.connections));
    case RunProgress::Phase::kWaiting: return "all connections are open; waiting for --start-at";
    case RunProgress::Phase::kAsking:
      return burst ? std::string() : fmt::format("{} answers", grouped(progress.answered.load()));
    case RunProgress::Phase::kDone: return {};
  }
  return {};
}

// Gives every shot its meaning; the answers' bodies are not needed any longer.
void read_shots(const RunSetting& setting, const Members& members, RunReport& report) {
  Classifier classifier(setting.target.profile);
  FigureRecorder figures(report.burst.release_ns, 0);
  std::vector<EvidenceKeeper> kept(1, EvidenceKeeper(setting.options.evidence));
  report.series.interval_ns = kBurstIntervalNs;
  std::int64_t unsent = 0;
  for (auto& shot : report.burst.shots) {
    if (shot.connect_ns >= 0) figures.record_connect(shot.connect_ns);
    if (shot.fate == Fate::kUnsent) {
      ++unsent;
      continue;
    }
    auto ask = read_shot(classifier, shot, members.name(shot.seq));
    shot.body = {};
    figures.record(ask);
    report.series.count_sent(ask.send_ns - report.burst.release_ns);
    report.series.count_done(ask.outcome, ask.done_ns - report.burst.release_ns);
    kept.front().take(shot.seq / setting.options.same_user, std::move(ask));
  }
  report.figures = figures.figures();
  report.figures.unsent = unsent;
  finish(report.burst, report.figures);
  EvidenceKeeper::settle(std::move(kept), report.observed);
}

void fire_burst(const RunSetting& setting, RunProgress& progress, RunReport& report, const std::stop_token& stop) {
  const auto& options = setting.options;
  const auto share = burst_share(options);
  const Members members(setting.members, static_cast<std::uint32_t>(share.requests), options.same_user, options.seed,
                        share.first_member);
  report.burst = run_burst(make_burst_plan(setting, members), progress, stop);
  read_shots(setting, members, report);
}

void fire_flow(const RunSetting& setting, RunProgress& progress, RunReport& report, const std::stop_token& stop) {
  auto flow = run_flow(make_flow_plan(setting), progress, stop);
  report.burst = std::move(flow.run);
  report.figures = std::move(flow.figures);
  report.series = std::move(flow.series);
  EvidenceKeeper::settle(std::move(flow.kept), report.observed);
}

void fire(const RunSetting& setting, RunReport& report, const std::stop_token& stop) {
  RunProgress progress;
  const ProgressLine line(setting.options.quiet, [&] { return describe(progress, setting.options); });
  report.started_ms = base::SystemClock{}.wall_ms();
  if (setting.options.mode == Mode::kBurst) return fire_burst(setting, progress, report, stop);
  fire_flow(setting, progress, report, stop);
}

void read_back(const RunSetting& setting, const Target& target, RunReport& report, const std::stop_token& stop) {
  VerifyProgress progress;
  const ProgressLine line(setting.options.quiet, [&] {
    return fmt::format("verifying: {} of {} grants read back", grouped(static_cast<std::int64_t>(progress.confirmed)),
                       grouped(static_cast<std::int64_t>(progress.promised)));
  });
  verify({target, setting.options.settle_ms, setting.options.seed}, report.observed, progress, stop);
}

void judge(const LoadOptions& options, RunReport& report, const std::stop_token& stop) {
  report.invariants = check_all(report.observed);
  report.limits = {.lag_ns = options.lag_max_ms * kNsPerMs,
                   .run_delay_share = options.run_delay_share_max,
                   .skew_ns = options.skew_max_ms * kNsPerMs};
  report.validity = judge_validity(report.burst, report.figures, report.limits);
  judge_thresholds(options.thresholds, report);
  auto findings = findings_of(report.invariants, stop.stop_requested(), report.validity.valid());
  findings.invalid = findings.invalid || any_with(report.thresholds, ThresholdStatus::kInvalid);
  findings.missed = any_with(report.thresholds, ThresholdStatus::kFail);
  report.exit = decide(findings);
}

void note_profile(const Profile& profile, Observed& observed) {
  observed.grants_have_ids = !profile.grant.id.empty();
  observed.grants_have_ranks = !profile.grant.rank.empty();
  observed.grants_can_be_read = !profile.readback.path.empty();
  observed.counts_can_be_read = !profile.count.path.empty();
}

// Mistakes show at once, not after the wait; unless only shard 1 sets up what is to be read.
base::Result<Counts> read_and_wait(const RunSetting& setting, const Target& target, const std::stop_token& stop) {
  const auto wait = [&] { return !setting.start_ns || wait_to_open(*setting.start_ns, setting.options.quiet, stop); };
  const bool set_up_elsewhere = !setting.options.shard.leads() && !setting.target.profile.setup.empty();
  const auto interrupted = [] { return base::fail(base::Errc::kConflict, "interrupted"); };
  if (set_up_elsewhere && !wait()) return interrupted();
  auto before = read_before(target, stop);
  if (before && !set_up_elsewhere && !wait()) return interrupted();
  return before;
}

std::expected<RunReport, ExitCode> run_and_judge(const RunSetting& setting, const std::stop_token& stop) {
  const auto target = make_target(setting);
  const auto before = read_and_wait(setting, target, stop);
  if (stop.stop_requested() && (setting.start_ns || !before)) return std::unexpected(ExitCode::kInterrupted);
  if (!before) {
    log::error("{}", before.error().message);
    return std::unexpected(ExitCode::kUnreachable);
  }
  RunReport report;
  report.scenario = make_scenario(setting);
  report.observed.before = *before;
  report.observed.partial = setting.options.shard.is_part();
  note_profile(setting.target.profile, report.observed);
  fire(setting, report, stop);
  if (!report.burst.released && !stop.stop_requested()) {
    log::error("no connection to {} could be opened: {}", setting.target.url.text(), report.burst.trouble.first);
    return std::unexpected(ExitCode::kUnreachable);
  }
  if (!stop.stop_requested()) read_back(setting, target, report, stop);
  judge(setting.options, report, stop);
  return report;
}

}  // namespace

std::expected<RunReport, ExitCode> run_repeat(RunSetting& setting, const std::stop_token& stop) {
  auto& target = setting.target;
  new_run(target.values);
  const StepsPlan steps{.url = target.url,
                        .client = {.timeout_ms = setting.options.timeout_ms, .tls = target.tls},
                        .headers = target.headers};
  const bool leads = setting.options.shard.leads();
  const auto ready = leads ? run_setup(target.profile, steps, target.values, stop) : base::Result<>{};
  std::expected<RunReport, ExitCode> report = std::unexpected(ExitCode::kUnreachable);
  if (ready) {
    report = run_and_judge(setting, stop);
  } else {
    log::error("set-up: {}", ready.error().message);
    if (stop.stop_requested()) report = std::unexpected(ExitCode::kInterrupted);
  }
  if (!leads) return report;
  for (const auto& failure : run_teardown(target.profile, steps, target.values)) {
    log::warn("teardown: {}", failure.message);
  }
  return report;
}

}  // namespace coupon::load
