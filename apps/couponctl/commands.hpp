#pragma once
// The subcommands; each adds itself to the program and asks the session to run it.

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::ctl {

class Session;

void add_coupon_commands(CLI::App& app, Session& session);
void add_stock_commands(CLI::App& app, Session& session);
void add_issues_commands(CLI::App& app, Session& session);
void add_status_command(CLI::App& app, Session& session);
void add_reconcile_command(CLI::App& app, Session& session);
void add_migrate_commands(CLI::App& app, Session& session);
void add_gate_commands(CLI::App& app, Session& session);
void add_topics_commands(CLI::App& app, Session& session);
void add_dlt_commands(CLI::App& app, Session& session);
void add_doctor_command(CLI::App& app, Session& session);

}  // namespace coupon::ctl
