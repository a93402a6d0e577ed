#include "couponload/cli/couponload.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <stop_token>

#include "base/log.hpp"
#include "base/settings.hpp"
#include "couponload/cli/burst_command.hpp"

namespace coupon::load {

int run_couponload(int argc, const char* const* argv, base::StopSignals& signals) {
  CLI::App app("Load with a verdict: asks like users do, measures, and verifies every promise.", "couponload");
  app.set_version_flag("--version", std::string("couponload ") + COUPON_VERSION);
  app.footer(
      "Examples:\n  couponload burst http://127.0.0.1:8080 --code FLASH100 -u 10000\n"
      "  couponload burst --help    all options\n\nExit codes: see couponload burst --help.");
  app.require_subcommand(1);
  const BurstCommandLine burst(app);
  if (const auto code = base::parse_command_line(app, argc, argv)) return *code;

  const auto options = burst.options();
  base::log::configure({.program = "couponload",
                        .level = options.quiet ? base::log::Level::kError : base::log::Level::kInfo,
                        .format = base::log::Format::kAuto});
  std::stop_source stop;
  signals.on_stop([&stop](int) { stop.request_stop(); });
  return static_cast<int>(run_burst_command(options, {argv, argv + argc}, std::cout, stop.get_token()));
}

}  // namespace coupon::load
