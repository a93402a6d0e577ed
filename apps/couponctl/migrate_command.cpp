// couponctl migrate up|status

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <string>

#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "profile/engines.hpp"

namespace coupon::ctl {

namespace {

int show_migrations(Session& session) {
  const auto all = profile::migrations(session.engine_config());
  if (!all) return session.fail(all.error());
  base::Table table{{"number", "name", "applied_at"}, {}};
  for (const auto& one : *all) {
    table.rows.push_back({static_cast<std::int64_t>(one.number), one.name, instant_cell(one.applied_ms)});
  }
  session.print(table);
  return kOk;
}

int up(Session& session) {
  const auto count = profile::migrate(session.engine_config());
  if (!count) return session.fail(count.error());
  session.note(fmt::format("{} applied", *count));
  return show_migrations(session);
}

}  // namespace

void add_migrate_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("migrate", "the store's schema; programs bring it up to date by themselves");
  group->require_subcommand(1);
  group->add_subcommand("up", "apply what is missing; makes the store if there is none")->callback([&session] {
    session.run_later([&session] { return up(session); });
  });
  group->add_subcommand("status", "what is applied and what is missing; changes nothing")->callback([&session] {
    session.run_later([&session] { return show_migrations(session); });
  });
}

}  // namespace coupon::ctl
