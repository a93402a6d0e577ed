// couponctl coupon create|list|show|close|pause|resume|delete

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "couponctl/arguments.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "service/change.hpp"
#include "service/lifecycle.hpp"
#include "service/rebuild.hpp"

namespace coupon::ctl {

namespace {

struct CreateOptions {
  std::int64_t quota = 0;
  std::string title;
  Window window;
  bool seed = false;
};

Record record_of(const Coupon& coupon) {
  return {{"code", coupon.code.text()},
          {"title", coupon.title},
          {"quota", coupon.quota},
          {"state", std::string(name_of(coupon.state))},
          {"opens_at", instant_cell(coupon.window.opens_ms)},
          {"ends_at", instant_cell(coupon.window.ends_ms)},
          {"created_at", instant_cell(coupon.created_ms)},
          {"version", static_cast<std::int64_t>(coupon.version)},
          {"epoch", static_cast<std::int64_t>(coupon.epoch)}};
}

int create(Session& session, const CouponCode& code, const CreateOptions& options) {
  auto backend = session.backend(/*create=*/true);
  if (!backend) return session.fail(backend.error());
  Coupon coupon{code,
                options.title.empty() ? code.text() : options.title,
                options.quota,
                CouponState::kOpen,
                options.window,
                1,
                0,
                (*backend)->clock.wall_ms()};
  if (const auto done = (*backend)->ledger.create(coupon); !done) return session.fail(done.error());
  if (options.seed) {
    const auto seeded = service::rebuild(**backend, code);
    if (!seeded) return session.fail(seeded.error().in("created, but not seeded"));
    coupon = seeded->coupon;
  } else {
    session.note(fmt::format("not issued yet: run couponctl stock seed {}", code.text()));
  }
  session.print(record_of(coupon));
  return kOk;
}

int list(Session& session) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  base::Table table{{"code", "title", "quota", "state", "opens_at", "ends_at"}, {}};
  std::string after;
  for (;;) {
    const auto page = (*backend)->ledger.coupons(after, kPageRows);
    if (!page) return session.fail(page.error());
    for (const auto& coupon : *page) {
      table.rows.push_back({coupon.code.text(), coupon.title, coupon.quota, std::string(name_of(coupon.state)),
                            instant_cell(coupon.window.opens_ms), instant_cell(coupon.window.ends_ms)});
    }
    if (page->size() < kPageRows) break;
    after = page->back().code.text();
  }
  session.print(table);
  return kOk;
}

int show(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto coupon = (*backend)->ledger.coupon(code);
  if (!coupon) return session.fail(coupon.error());
  session.print(record_of(*coupon));
  return kOk;
}

int change_state(Session& session, const CouponCode& code, CouponState state) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto report = service::set_state(**backend, code, state, session.actor());
  if (!report) return session.fail(report.error());
  if (!report->in_gate) session.note("the gate does not serve this coupon yet: it takes the change when it is seeded");
  session.print(record_of(report->coupon));
  return kOk;
}

int remove(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  if (const auto done = service::remove_coupon(**backend, code, session.actor()); !done) {
    return session.fail(done.error());
  }
  session.note(fmt::format("{} is deleted; its rows stay in the ledger", code.text()));
  return kOk;
}

void add_create(CLI::App& group, Session& session) {
  auto* command = group.add_subcommand("create", "make a coupon");
  const CodeArgument code(*command);
  auto options = std::make_shared<CreateOptions>();
  add_number(*command, "--quota", options->quota, 1, kQuotaMax, "how many members get one")->required();
  command->add_option("--title", options->title, "for people; the code if not given");
  add_instant(*command, "--opens-at", options->window.opens_ms, "issue from this instant; at once if not given");
  add_instant(*command, "--ends-at", options->window.ends_ms, "refuse from this instant; never if not given");
  command->add_flag("--seed", options->seed, "seed its stock as well: members may ask at once");
  command->footer(
      "Examples:\n  couponctl coupon create FLASH100 --quota 100 --seed\n"
      "  couponctl coupon create SPRING --quota 5000 --opens-at 2027-03-20T10:00:00+09:00");
  command->callback([&session, code, options] {
    session.run_later([&session, code, options] { return create(session, code.get(), *options); });
  });
}

void add_change(CLI::App& group, Session& session, const char* name, const char* description, CouponState state) {
  auto* command = group.add_subcommand(name, description);
  const CodeArgument code(*command);
  command->callback([&session, code, state] {
    session.run_later([&session, code, state] { return change_state(session, code.get(), state); });
  });
}

}  // namespace

void add_coupon_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("coupon", "make, look at and change coupons");
  group->require_subcommand(1);
  add_create(*group, session);
  group->add_subcommand("list", "all coupons")->callback([&session] {
    session.run_later([&session] { return list(session); });
  });
  auto* show_command = group->add_subcommand("show", "one coupon's definition");
  const CodeArgument shown(*show_command);
  show_command->callback(
      [&session, shown] { session.run_later([&session, shown] { return show(session, shown.get()); }); });
  add_change(*group, session, "pause", "refuse for now, from the next request on", CouponState::kPaused);
  add_change(*group, session, "resume", "issue again after a pause", CouponState::kOpen);
  add_change(*group, session, "close", "refuse for good; what was issued stays", CouponState::kClosed);
  auto* delete_command = group->add_subcommand("delete", "close and hide; the code is never used again");
  const CodeArgument deleted(*delete_command);
  delete_command->callback(
      [&session, deleted] { session.run_later([&session, deleted] { return remove(session, deleted.get()); }); });
}

}  // namespace coupon::ctl
