#include "couponload/cli/run_command.hpp"

#include <expected>
#include <optional>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "couponload/burst/reach.hpp"
#include "couponload/cli/preflight.hpp"
#include "couponload/cli/repeat.hpp"
#include "couponload/cli/run_plan.hpp"
#include "couponload/cli/start.hpp"
#include "couponload/report/document.hpp"
#include "couponload/report/evidence_file.hpp"

namespace coupon::load {

namespace log = base::log;

namespace {

base::Result<RunSetting> prepare(const LoadOptions& options, const std::vector<std::string>& argv) {
  COUPON_TRY(check_start(options, base::SystemClock{}.wall_ms()));
  COUPON_TRY(ensure_descriptors(options.mode == Mode::kBurst ? requests_of(options) : options.connections));
  if (!options.out_path.empty()) COUPON_TRY(check_writable(options.out_path));
  auto target = resolve_target(options.target);
  if (!target) return std::unexpected(std::move(target).error());
  COUPON_TRY(check_setup_of_shard(options.shard, target->profile));
  auto members = make_members(options, target->profile);
  if (!members) return std::unexpected(std::move(members).error());
  RunSetting setting{options, argv, std::move(*target), std::move(*members), {}, {}, start_ns(options)};
  if (!setting.target.url.tls) return setting;
  auto context = net::http::TlsContext::make(setting.target.tls, setting.target.url.host);
  if (!context) return std::unexpected(std::move(context).error());
  setting.tls = std::move(*context);
  return setting;
}

// Rows of the requests, beside the result file.
void keep_evidence(const LoadOptions& options, std::size_t repeat, RunReport& report) {
  if (options.out_path.empty()) return;
  const auto path = evidence_path(options.out_path, repeat, options.repeat);
  auto written = write_evidence(path, report.observed, wall_offset_ns());
  if (!written) return log::error("{}", written.error().message);
  report.evidence = std::move(*written);
}

// Runs the repeats one by one; only their documents are kept. An error when there is none to show; `broken` is what
// ended a later one before it had a result.
std::expected<RunDocument, ExitCode> run_repeats(RunSetting& setting, const std::stop_token& stop, ExitCode& broken) {
  std::optional<RunDocument> document;
  for (std::uint32_t i = 1; i <= setting.options.repeat && !stop.stop_requested(); ++i) {
    auto report = run_repeat(setting, stop);
    if (!report && !document) return std::unexpected(report.error());
    if (!report) {
      broken = report.error();
      break;
    }
    keep_evidence(setting.options, i, *report);
    if (!document) document = new_document(report->scenario);
    document->repeats.push_back(make_repeat(*report));
  }
  if (!document) return std::unexpected(ExitCode::kInterrupted);
  conclude(*document);
  return std::move(*document);
}

ExitCode publish(const LoadOptions& options, const RunDocument& document, ExitCode broken, std::ostream& out) {
  const auto judged = static_cast<ExitCode>(document.exit);
  const auto exit = judged == ExitCode::kPass ? broken : judged;
  out << render(document, options.format) << std::flush;
  if (options.out_path.empty()) return exit;
  if (const auto written = write_atomically(options.out_path, write_document(document)); !written) {
    log::error("--out: {}", written.error().message);
    return exit == ExitCode::kPass ? ExitCode::kInternal : exit;
  }
  return exit;
}

}  // namespace

ExitCode run_command(const LoadOptions& options, const std::vector<std::string>& argv, std::ostream& out,
                     const std::stop_token& stop) {
  auto setting = prepare(options, argv);
  if (!setting) {
    log::error("{}", setting.error().message);
    return ExitCode::kUsage;
  }
  const auto server = reach(setting->target.url, options.timeout_ms);
  if (!server) {
    log::error("{}", server.error().message);
    return ExitCode::kUnreachable;
  }
  setting->server = *server;
  const auto shaken = shake_hands(make_route(*setting), setting->target.url.text(), options.timeout_ms);
  if (!shaken) {
    log::error("{}", shaken.error().message);
    return ExitCode::kUnreachable;
  }
  auto broken = ExitCode::kPass;
  const auto document = run_repeats(*setting, stop, broken);
  return document ? publish(options, *document, broken, out) : document.error();
}

}  // namespace coupon::load
