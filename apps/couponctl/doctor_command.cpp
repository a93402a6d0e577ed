// couponctl doctor: does everything hold that the promise rests on?

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <string>

#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "doctor/doctor.hpp"

namespace coupon::ctl {

namespace {

int examine(Session& session) {
  base::Table table{{"subject", "check", "verdict", "found", "remedy"}, {}};
  int bad = 0;
  int warnings = 0;
  for (const auto& check : doctor::examine(session.engine_config())) {
    bad += check.verdict == doctor::Verdict::kBad ? 1 : 0;
    warnings += check.verdict == doctor::Verdict::kWarn ? 1 : 0;
    base::Cell remedy;
    if (!check.remedy.empty()) remedy = check.remedy;
    table.rows.push_back({check.subject, check.name, std::string(name_of(check.verdict)), check.found, remedy});
  }
  session.print(table);
  session.note(fmt::format("{} bad, {} to consider", bad, warnings));
  return bad == 0 ? kOk : kFailed;
}

}  // namespace

void add_doctor_command(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("doctor", "every precondition, with its remedy; changes nothing");
  command->footer("Exit codes: 0 nothing is bad, 1 something is, 2 wrong usage.\nExample:\n  couponctl doctor -o json");
  command->callback([&session] { session.run_later([&session] { return examine(session); }); });
}

}  // namespace coupon::ctl
