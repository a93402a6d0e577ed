// couponctl status: everything on one page.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <string>

#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"

namespace coupon::ctl {

namespace {

base::Result<std::vector<base::Cell>> row_of(service::Backend& backend, const Coupon& coupon) {
  const auto gate = backend.gate.status(coupon.code);
  if (!gate) return std::unexpected(gate.error());
  const auto counts = backend.ledger.counts(coupon.code);
  if (!counts) return std::unexpected(counts.error());
  base::Cell remaining;
  if (gate->serving) remaining = std::max<std::int64_t>(gate->quota - gate->held, 0);
  const std::string serving = gate->serving ? "serving" : gate->known ? "fenced" : "not seeded";
  return std::vector<base::Cell>{
      coupon.code.text(), std::string(name_of(coupon.state)), serving,          coupon.quota, remaining, gate->held,
      gate->pending,      counts->issued + counts->used,      counts->dead_open};
}

int show_status(Session& session) {
  auto opened = session.backend();
  if (!opened) return session.fail(opened.error());
  auto& backend = **opened;
  base::Table table{{"code", "state", "gate", "quota", "remaining", "held", "pending", "recorded", "dead_letters"}, {}};
  std::string after;
  for (;;) {
    const auto page = backend.ledger.coupons(after, kPageRows);
    if (!page) return session.fail(page.error());
    for (const auto& coupon : *page) {
      auto row = row_of(backend, coupon);
      if (!row) return session.fail(row.error());
      table.rows.push_back(std::move(*row));
    }
    if (page->size() < kPageRows) break;
    after = page->back().code.text();
  }
  const auto end = backend.reader.end();
  if (!end) return session.fail(end.error());
  const auto committed = backend.reader.committed();
  if (!committed) return session.fail(committed.error());
  const auto strays = backend.ledger.unattributed();
  if (!strays) return session.fail(strays.error());
  session.print(table);
  session.note(fmt::format("journal lag {} records; {} open dead letters name no coupon", lag_between(*committed, *end),
                           *strays));
  return kOk;
}

}  // namespace

void add_status_command(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("status", "every coupon, in the gate and in the ledger, and the journal's lag");
  command->callback([&session] { session.run_later([&session] { return show_status(session); }); });
}

}  // namespace coupon::ctl
