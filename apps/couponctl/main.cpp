// couponctl: the operator's tool.

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/log.hpp"
#include "base/settings.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"

namespace {

constexpr const char* kFooter = R"(Examples:
  couponctl coupon create FLASH100 --quota 100 --seed
  couponctl stock show FLASH100 -o json
  couponctl issues export FLASH100 > flash100.csv
  couponctl reconcile || echo "gate and ledger differ"

Results go to stdout, remarks to stderr.
Exit codes: 0 done (reconcile: consistent), 1 failed (reconcile: differences), 2 wrong usage.)";

int run(int argc, char** argv) {
  CLI::App app("Creates coupons, seeds stock, shows who got what, and checks that everything agrees.", "couponctl");
  app.set_version_flag("--version", std::string("couponctl ") + COUPON_VERSION);
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  coupon::ctl::Session session;
  session.add_options(app);
  coupon::ctl::add_coupon_commands(app, session);
  coupon::ctl::add_stock_commands(app, session);
  coupon::ctl::add_issues_commands(app, session);
  coupon::ctl::add_status_command(app, session);
  coupon::ctl::add_reconcile_command(app, session);
  coupon::ctl::add_gate_commands(app, session);
  coupon::ctl::add_migrate_commands(app, session);
  coupon::ctl::add_topics_commands(app, session);
  coupon::ctl::add_dlt_commands(app, session);
  coupon::ctl::add_doctor_command(app, session);
  if (const auto code = coupon::base::parse_command_line(app, argc, argv)) return *code;
  if (const auto good = session.prepare(); !good) {
    fmt::print(stderr, "couponctl: {}\nRun with --help for more information.\n", good.error().message);
    return 2;
  }
  return session.run();
}

}  // namespace

int main(int argc, char** argv) {
  coupon::base::log::configure({.program = "couponctl", .level = coupon::base::log::Level::kWarn});
  return coupon::base::guarded_main([&] { return run(argc, argv); });
}
