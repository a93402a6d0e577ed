// couponctl stock seed|show|top-up|reduce

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "couponctl/arguments.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "service/change.hpp"
#include "service/rebuild.hpp"

namespace coupon::ctl {

namespace {

struct TargetOptions {
  std::int64_t by = 0;
  std::int64_t to = 0;
};

base::Result<Record> stock_of(service::Backend& backend, const CouponCode& code) {
  const auto coupon = backend.ledger.coupon(code);
  if (!coupon) return std::unexpected(coupon.error());
  const auto gate = backend.gate.status(code);
  if (!gate) return std::unexpected(gate.error());
  const auto counts = backend.ledger.counts(code);
  if (!counts) return std::unexpected(counts.error());
  base::Cell remaining;
  if (gate->serving) remaining = std::max<std::int64_t>(gate->quota - gate->held, 0);
  const std::string serving = gate->serving ? "serving" : gate->known ? "fenced" : "not seeded";
  return Record{{"code", code.text()},
                {"quota", coupon->quota},
                {"remaining", remaining},
                {"held", gate->held},
                {"pending", gate->pending},
                {"issued", counts->issued},
                {"used", counts->used},
                {"revoked", counts->revoked},
                {"dead_letters", counts->dead_open},
                {"state", std::string(name_of(coupon->state))},
                {"gate", serving},
                {"epoch", static_cast<std::int64_t>(gate->epoch)}};
}

int show(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto record = stock_of(**backend, code);
  if (!record) return session.fail(record.error());
  session.print(*record);
  return kOk;
}

int seed(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto report = service::rebuild(**backend, code);
  if (!report) return session.fail(report.error());
  session.note(fmt::format("seeded under epoch {}: {} held, {} of them to be published again, {} voided",
                           report->coupon.epoch, report->held, report->pending, report->voided));
  return show(session, code);
}

int change_quota(Session& session, const CouponCode& code, service::QuotaTarget target) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto report = service::set_quota(**backend, code, target, session.actor());
  if (!report) return session.fail(report.error());
  if (!target.relative && report->coupon.quota > target.value) {
    session.note(fmt::format("{} places are held: the quota stays at {}", report->held, report->coupon.quota));
  }
  if (!report->in_gate) session.note("the gate does not serve this coupon yet: it takes the change when it is seeded");
  return show(session, code);
}

void add_plain(CLI::App& group, Session& session, const char* name, const char* description,
               int (*action)(Session&, const CouponCode&)) {
  auto* command = group.add_subcommand(name, description);
  const CodeArgument code(*command);
  command->callback([&session, code, action] {
    session.run_later([&session, code, action] { return action(session, code.get()); });
  });
}

// `sign`: +1 for top-up, -1 for reduce.
void add_target(CLI::App& group, Session& session, const char* name, const char* description, int sign) {
  auto* command = group.add_subcommand(name, description);
  const CodeArgument code(*command);
  auto options = std::make_shared<TargetOptions>();
  auto* by = add_number(*command, "--by", options->by, 1, kQuotaMax, "this many places");
  auto* to = add_number(*command, "--to", options->to, 1, kQuotaMax, "to this quota");
  by->excludes(to);
  command->callback([&session, code, options, sign, by] {
    if (options->by == 0 && options->to == 0) throw CLI::RequiredError("one of --by and --to");
    const bool relative = by->count() > 0;
    const service::QuotaTarget target{relative ? sign * options->by : options->to, relative};
    session.run_later([&session, code, target] { return change_quota(session, code.get(), target); });
  });
}

}  // namespace

void add_stock_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("stock", "the places of a coupon");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  couponctl stock seed FLASH100\n  couponctl stock top-up FLASH100 --by 50\n"
      "  couponctl stock show FLASH100 -o json");
  add_plain(*group, session, "seed", "make the gate serve it, with everything the ledger knows; also after a loss",
            seed);
  add_plain(*group, session, "show", "quota, remaining, held, recorded", show);
  add_target(*group, session, "top-up", "more places, from the next request on", +1);
  add_target(*group, session, "reduce", "fewer places, never below what is held", -1);
}

}  // namespace coupon::ctl
