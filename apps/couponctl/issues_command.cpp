// couponctl issues list|export

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "couponctl/arguments.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"

namespace coupon::ctl {

namespace {

constexpr std::int64_t kListMax = 100'000;

struct ListOptions {
  std::int64_t limit = 100;
  std::int64_t after = 0;
};

const std::vector<std::string> kColumns{"rank", "member", "issue_id", "state", "issued_at", "epoch", "reason"};

std::vector<base::Cell> cells_of(const LedgerRow& row) {
  base::Cell reason;
  if (!row.reason.empty()) reason = row.reason;
  return {row.grant.rank,
          row.grant.member.text(),
          row.grant.id.text(),
          std::string(name_of(row.state)),
          instant_cell(row.grant.issued_ms),
          static_cast<std::int64_t>(row.epoch),
          std::move(reason)};
}

// A coupon that is not there is an error; one without rows is not.
base::Result<service::Backend*> open_for(Session& session, const CouponCode& code) {
  auto backend = session.backend();
  if (!backend) return backend;
  const auto coupon = (*backend)->ledger.coupon(code, /*with_deleted=*/true);
  if (!coupon) return std::unexpected(coupon.error());
  return backend;
}

int list(Session& session, const CouponCode& code, const ListOptions& options) {
  auto backend = open_for(session, code);
  if (!backend) return session.fail(backend.error());
  GrantId last;
  last.bytes.fill(0xff);  // behind every id of the rank
  const auto rows = (*backend)->ledger.rows(code, options.after, last, static_cast<std::size_t>(options.limit));
  if (!rows) return session.fail(rows.error());
  base::Table table{kColumns, {}};
  for (const auto& row : *rows) table.rows.push_back(cells_of(row));
  session.print(table);
  if (static_cast<std::int64_t>(rows->size()) == options.limit) {
    session.note("there may be more: --after " + std::to_string(rows->back().grant.rank) + ", or issues export");
  }
  return kOk;
}

// One page of an export: CSV rows below a header that only the first page has, or one JSON object a line.
std::string page_text(const std::vector<LedgerRow>& rows, bool first, base::OutputFormat format) {
  if (format == base::OutputFormat::kJson) {
    std::string text;
    for (const auto& row : rows) {
      Record record;
      auto cells = cells_of(row);
      for (std::size_t i = 0; i < kColumns.size(); ++i) record.emplace_back(kColumns[i], std::move(cells[i]));
      text += base::render_record(record, format);
    }
    return text;
  }
  base::Table table{kColumns, {}};
  for (const auto& row : rows) table.rows.push_back(cells_of(row));
  auto text = base::render(table, base::OutputFormat::kCsv);
  return first ? text : text.substr(text.find('\n') + 1);
}

int export_all(Session& session, const CouponCode& code) {
  auto backend = open_for(session, code);
  if (!backend) return session.fail(backend.error());
  std::int64_t rank = -1;
  GrantId id;
  std::size_t count = 0;
  for (;;) {
    const auto rows = (*backend)->ledger.rows(code, rank, id, kPageRows);
    if (!rows) return session.fail(rows.error());
    if (!rows->empty() || count == 0) session.print_text(page_text(*rows, count == 0, session.format()));
    count += rows->size();
    if (rows->size() < kPageRows) break;
    rank = rows->back().grant.rank;
    id = rows->back().grant.id;
  }
  session.note(std::to_string(count) + " rows");
  return kOk;
}

}  // namespace

void add_issues_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("issues", "who got one, from the ledger");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  couponctl issues list FLASH100 --limit 20\n  couponctl issues export FLASH100 > flash100.csv\n"
      "  couponctl issues export FLASH100 -o json    one object a line");
  auto* list_command = group->add_subcommand("list", "rows by rank");
  const CodeArgument listed(*list_command);
  auto options = std::make_shared<ListOptions>();
  add_number(*list_command, "--limit", options->limit, 1, kListMax, "at most this many rows (100)");
  add_number(*list_command, "--after", options->after, 0, kQuotaMax, "only ranks above this one");
  list_command->callback([&session, listed, options] {
    session.run_later([&session, listed, options] { return list(session, listed.get(), *options); });
  });
  auto* export_command = group->add_subcommand("export", "all rows, as CSV or with -o json as one object a line");
  const CodeArgument exported(*export_command);
  export_command->callback([&session, exported] {
    session.run_later([&session, exported] { return export_all(session, exported.get()); });
  });
}

}  // namespace coupon::ctl
