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

constexpr std::size_t kPage = 500;

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
    const auto page = backend.ledger.coupons(after, kPage);
    if (!page) return std::unexpected(page.error());
    for (const auto& coupon : *page) codes.push_back(coupon.code);
    if (page->size() < kPage) return codes;
    after = page->back().code.text();
  }
}

int plan(Session& session, const std::vector<std::string>& texts) {
  auto backend = session.backend();
  if (!backend) return session.fail(backend.error());
  const auto codes = wanted(**backend, texts);
  if (!codes) return session.fail(codes.error());
  base::Table table{{"code", "difference", "member", "gate", "ledger", "remedy"}, {}};
  for (const auto& code : *codes) {
    const auto report = service::plan_reconcile(**backend, code);
    if (!report) return session.fail(report.error().in(code.text()));
    for (const auto& finding : report->findings) {
      table.rows.push_back({code.text(), std::string(name_of(finding.difference)), text_cell(finding.member),
                            text_cell(finding.gate), text_cell(finding.ledger),
                            std::string(remedy_of(finding.difference))});
    }
    session.note(fmt::format("{}: {} in the gate, {} in the ledger, {} pending, {} differences", code.text(),
                             report->in_gate, report->in_ledger, report->pending, report->findings.size()));
  }
  session.print(table);
  return table.rows.empty() ? kOk : kFailed;
}

}  // namespace

void add_reconcile_command(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("reconcile", "compare the gate with the ledger, member by member");
  auto codes = std::make_shared<std::vector<std::string>>();
  auto planned = std::make_shared<bool>(true);
  command->add_option("CODES", *codes, "only these coupons; all if none is given");
  command->add_flag("--plan", *planned, "only report, change nothing (the default)");
  command->footer(
      "Works under load: what is on its way is no difference.\n"
      "Exit codes: 0 consistent, 1 differences or failed, 2 wrong usage.\n"
      "Examples:\n  couponctl reconcile\n  couponctl reconcile FLASH100 -o json");
  command->callback(
      [&session, codes, planned] { session.run_later([&session, codes, planned] { return plan(session, *codes); }); });
}

}  // namespace coupon::ctl
