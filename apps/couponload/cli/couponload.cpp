#include "couponload/cli/couponload.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <stop_token>

#include "base/log.hpp"
#include "base/settings.hpp"
#include "couponload/cli/check_command.hpp"
#include "couponload/cli/compare_command.hpp"
#include "couponload/cli/init_command.hpp"
#include "couponload/cli/merge_command.hpp"
#include "couponload/cli/report_command.hpp"
#include "couponload/cli/run_command.hpp"
#include "couponload/cli/schema_command.hpp"

namespace coupon::load {

namespace {

ExitCode run_load(const LoadOptions& options, const std::vector<std::string>& argv, base::StopSignals& signals) {
  base::log::configure({.program = "couponload",
                        .level = options.quiet ? base::log::Level::kError : base::log::Level::kInfo,
                        .format = base::log::Format::kAuto});
  std::stop_source stop;
  signals.on_stop([&stop](int) { stop.request_stop(); });
  return run_command(options, argv, std::cout, stop.get_token());
}

}  // namespace

int run_couponload(int argc, const char* const* argv, base::StopSignals& signals) {
  CLI::App app("Load with a verdict: asks like users do, measures, and verifies every promise.", "couponload");
  app.set_version_flag("--version", std::string("couponload ") + COUPON_VERSION);
  app.footer(
      "Examples:\n  couponload burst http://127.0.0.1:8080 --code FLASH100 -u 10000\n"
      "  couponload rate -R 2000 -d 30s     requests at a planned rate\n"
      "  couponload closed -c 256 -d 30s    as fast as 256 connections get answers\n"
      "  couponload burst --help            all options\n\nExit codes: see couponload burst --help.");
  app.require_subcommand(1);
  const LoadCommandLine burst(app, Mode::kBurst);
  const LoadCommandLine rate(app, Mode::kRate);
  const LoadCommandLine closed(app, Mode::kClosed);
  const CheckCommandLine check(app);
  const InitCommandLine init(app);
  const ReportCommandLine report(app);
  const CompareCommandLine compare(app);
  const MergeCommandLine merge(app);
  const SchemaCommandLine schema(app);
  if (const auto code = base::parse_command_line(app, argc, argv)) return *code;
  if (init.chosen()) return static_cast<int>(run_init_command(init.path(), std::cout));
  if (check.chosen()) return static_cast<int>(run_check_command(check.options(), std::cout));
  if (report.chosen()) return static_cast<int>(run_report_command(report.options(), std::cout));
  if (compare.chosen()) return static_cast<int>(run_compare_command(compare.options(), std::cout));
  if (merge.chosen()) return static_cast<int>(run_merge_command(merge.options(), std::cout));
  if (schema.chosen()) return static_cast<int>(run_schema_command(std::cout));

  const auto& chosen = burst.chosen() ? burst : rate.chosen() ? rate : closed;
  return static_cast<int>(run_load(chosen.options(), {argv, argv + argc}, signals));
}

}  // namespace coupon::load
