#include <chrono>
#include <cstdlib>
#include <fmt/format.h>

#include "doctor/checks.hpp"
#include "ledger/migrations.hpp"

namespace coupon::doctor {

namespace {

using net::sql::MysqlRow;
using net::sql::MysqlSession;

// The one value that a query gives; the error's text when it cannot be asked.
base::Result<std::string> value_of(MysqlSession& session, const std::string& sql) {
  std::string value;
  COUPON_TRY(session.query(sql, [&value](const MysqlRow& row) -> base::Result<> {
    value = row.text(0);
    return {};
  }));
  return value;
}

struct Wanted {
  const char* name;
  const char* sql;
  const char* value;  // null: anything
  Verdict otherwise;
  const char* remedy;
};

constexpr Wanted kWanted[] = {
    {"version", "SELECT version()", nullptr, Verdict::kGood, ""},
    {"durable commits", "SELECT @@innodb_flush_log_at_trx_commit", "1", Verdict::kBad,
     "innodb_flush_log_at_trx_commit=1: a commit must survive a power cut, since the offsets move after it"},
    {"isolation", "SELECT @@SESSION.tx_isolation", "READ-COMMITTED", Verdict::kBad,
     "the program sets it for its sessions; a proxy seems to change it"},
    {"strict", "SELECT @@SESSION.sql_mode LIKE '%STRICT_%'", "1", Verdict::kBad,
     "the program sets it for its sessions; a proxy seems to change it"},
    {"one live grant a member",
     "SELECT count(DISTINCT index_name) FROM information_schema.statistics WHERE table_schema = database()"
     " AND table_name = 'issues' AND non_unique = 0 AND column_name = 'live_user'",
     "1", Verdict::kBad, "the unique key over (code, live_user) is gone: couponctl migrate status, then restore it"},
};

void check_values(MysqlSession& session, Findings& findings) {
  for (const auto& wanted : kWanted) {
    auto value = value_of(session, wanted.sql);
    // MySQL 8 renamed the variable.
    if (!value && std::string_view(wanted.sql).find("tx_isolation") != std::string_view::npos) {
      value = value_of(session, "SELECT @@SESSION.transaction_isolation");
    }
    if (!value) {
      findings.add(wanted.name, Verdict::kUnknown, value.error().message, "");
      continue;
    }
    findings.expect(wanted.name, wanted.value == nullptr || *value == wanted.value, *value, wanted.otherwise,
                    wanted.remedy);
  }
}

void check_clock(MysqlSession& session, Findings& findings) {
  const auto text = value_of(session, "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)");
  if (!text) {
    findings.add("clock", Verdict::kUnknown, text.error().message, "");
    return;
  }
  const auto ours =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const auto skew = std::llabs(std::strtoll(text->c_str(), nullptr, 10) - ours);
  findings.expect("clock", skew <= kSkewMaxMs, fmt::format("{} ms from this host's", skew), Verdict::kWarn,
                  "run NTP on both");
}

}  // namespace

void examine_mysql(const profile::Servers& servers, std::vector<Check>& all) {
  Findings findings(all, "mysql");
  auto session = MysqlSession::open(servers.mysql);
  if (!session) {
    findings.add("connection", Verdict::kBad, session.error().message,
                 "check --ledger, its password, and that MySQL runs");
    return;
  }
  findings.good("connection", fmt::format("{}:{}/{}", servers.mysql.host, servers.mysql.port, servers.mysql.database));
  const auto schema = ledger::require_schema(servers.mysql);
  findings.expect("schema", schema.has_value(), schema ? "up to date" : schema.error().message, Verdict::kBad,
                  "couponctl migrate up");
  check_values(**session, findings);
  check_clock(**session, findings);
}

}  // namespace coupon::doctor
