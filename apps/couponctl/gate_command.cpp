// couponctl gate rebuild|fence|status

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "couponctl/arguments.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "service/rebuild.hpp"

namespace coupon::ctl {

namespace {

int status(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto gate = (*backend)->gate.status(code);
  if (!gate) return session.fail(gate.error());
  const std::string serving = gate->serving ? "serving" : gate->known ? "fenced" : "unknown";
  session.print(Record{{"code", code.text()},
                       {"gate", serving},
                       {"building", std::string(gate->building ? "yes" : "no")},
                       {"state", std::string(name_of(gate->state))},
                       {"epoch", static_cast<std::int64_t>(gate->epoch)},
                       {"version", static_cast<std::int64_t>(gate->version)},
                       {"quota", gate->quota},
                       {"held", gate->held},
                       {"pending", gate->pending},
                       {"highest_rank", gate->seq},
                       {"opens_at", instant_cell(gate->window.opens_ms)},
                       {"ends_at", instant_cell(gate->window.ends_ms)}});
  return kOk;
}

int rebuild(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto report = service::rebuild(**backend, code);
  if (!report) return session.fail(report.error());
  session.note(fmt::format("rebuilt under epoch {} at attempt {}: {} held, {} of them to be published again, {} voided",
                           report->coupon.epoch, report->attempts, report->held, report->pending, report->voided));
  return status(session, code);
}

int fence(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto coupon = (*backend)->ledger.coupon(code);
  if (!coupon) return session.fail(coupon.error());
  const auto token = (*backend)->gate.fence(code, coupon->epoch + 1);
  if (!token) return session.fail(token.error());
  session.note(
      "fenced: every ask is refused until the gate is rebuilt, which a couponworker with the role rebuild does");
  return status(session, code);
}

void add(CLI::App& group, Session& session, const char* name, const char* description,
         int (*action)(Session&, const CouponCode&)) {
  auto* command = group.add_subcommand(name, description);
  const CodeArgument code(*command);
  command->callback([&session, code, action] {
    session.run_later([&session, code, action] { return action(session, code.get()); });
  });
}

}  // namespace

void add_gate_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("gate", "the gate's own data of a coupon");
  group->require_subcommand(1);
  group->footer("Examples:\n  couponctl gate status FLASH100\n  couponctl gate rebuild FLASH100");
  add(*group, session, "status", "what the gate has and whether it serves; changes nothing", status);
  add(*group, session, "rebuild", "fence, wait for the ledger, merge it into the gate, and serve again", rebuild);
  add(*group, session, "fence", "stop serving at once, until a rebuild", fence);
}

}  // namespace coupon::ctl
