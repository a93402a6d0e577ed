// couponctl reconcile: does the gate agree with the ledger, member by member?

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "service/reconcile.hpp"

namespace coupon::ctl {

namespace {

base::Cell text_cell(const std::string& text) {
  if (text.empty()) return std::monostate{};
  return text;
}

base::Result<std::vector<CouponCode>> wanted(service::Backend& backend, const std::vector<std::string>& texts) {
  std::vector<CouponCode> codes;
  for (const auto& text : texts) {
    auto code = CouponCode::parse(text);
    if (!code) return std::unexpected(code.error().in("'" + text + "'"));
    codes.push_back(std::move(*code));
  }
  if (!codes.empty()) return codes;
  std::string after;
  for (;;) {
    const auto page = backend.ledger.coupons(after, kPageRows);
    if (!page) return std::unexpected(page.error());
    for (const auto& coupon : *page) codes.push_back(coupon.code);
    if (page->size() < kPageRows) return codes;
    after = page->back().code.text();
  }
}

struct Found {
  base::Table table{{"code", "difference", "member", "gate", "ledger", "remedy"}, {}};
  std::int64_t left = 0;  // differences that are there now
};

void add_findings(Found& found, const service::ReconcileReport& report) {
  for (const auto& finding : report.findings) {
    found.table.rows.push_back({report.coupon.code.text(), std::string(name_of(finding.difference)),
                                text_cell(finding.member), text_cell(finding.gate), text_cell(finding.ledger),
                                std::string(remedy_of(finding.difference))});
  }
}

base::Result<> check_one(Session& session, service::Backend& backend, const CouponCode& code, bool apply,
                         Found& found) {
  auto report = service::plan_reconcile(backend, code);
  if (!report) return std::unexpected(report.error().in(code.text()));
  add_findings(found, *report);
  session.note(fmt::format("{}: {} in the gate, {} in the ledger, {} pending, {} differences", code.text(),
                           report->in_gate, report->in_ledger, report->pending, report->findings.size()));
  if (apply && !report->consistent()) {
    const auto result = service::apply_reconcile(backend, *report);
    if (!result) return std::unexpected(result.error().in(code.text()));
    report = service::plan_reconcile(backend, code);
    if (!report) return std::unexpected(report.error().in(code.text()));
    session.note(fmt::format("{}: {} mended, {} gone by themselves, {} differences left", code.text(), result->mended,
                             result->passed, report->findings.size()));
  }
  found.left += static_cast<std::int64_t>(report->findings.size());
  return {};
}

int reconcile(Session& session, const std::vector<std::string>& texts, bool apply) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto codes = wanted(**backend, texts);
  if (!codes) return session.fail(codes.error());
  Found found;
  for (const auto& code : *codes) {
    if (const auto done = check_one(session, **backend, code, apply, found); !done) return session.fail(done.error());
  }
  session.print(found.table);
  return found.left == 0 ? kOk : kFailed;
}

}  // namespace

void add_reconcile_command(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("reconcile", "compare the gate with the ledger, member by member");
  auto codes = std::make_shared<std::vector<std::string>>();
  auto apply = std::make_shared<bool>(false);
  auto planned = std::make_shared<bool>(false);
  command->add_option("CODES", *codes, "only these coupons; all if none is given");
  auto* plan_flag = command->add_flag("--plan", *planned, "only report, change nothing (the default)");
  command->add_flag("--apply", *apply, "mend what differs, then look again")->excludes(plan_flag);
  command->footer(
      "Works under load: what is on its way is no difference.\n"
      "Exit codes: 0 consistent (with --apply: now), 1 differences or failed, 2 wrong usage.\n"
      "Examples:\n  couponctl reconcile\n  couponctl reconcile --apply FLASH100 -o json");
  command->callback([&session, codes, apply, planned] {
    session.run_later([&session, codes, apply, planned] { return reconcile(session, *codes, *apply); });
  });
}

}  // namespace coupon::ctl
