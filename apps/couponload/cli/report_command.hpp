#pragma once
// `couponload report RUN.json`: a result in another form.

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "couponload/cli/exit_code.hpp"
#include "couponload/report/render.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

struct ReportOptions {
  std::string path;  ///< "-": standard input
  ReportFormat format = ReportFormat::kTable;
  std::optional<Outcome> outcome;  ///< one class only
  std::string out_path;            ///< empty: standard output
};

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class ReportCommandLine {
 public:
  explicit ReportCommandLine(CLI::App& parent);
  ReportCommandLine(const ReportCommandLine&) = delete;
  ReportCommandLine& operator=(const ReportCommandLine&) = delete;
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] const ReportOptions& options() const { return *options_; }

 private:
  CLI::App* app_;
  std::unique_ptr<ReportOptions> options_;
};

/// kPass whatever the result says, kUsage when it cannot be read, kInternal when it cannot be written.
[[nodiscard]] ExitCode run_report_command(const ReportOptions& options, std::ostream& out);

/// Writes to a file as a whole, or to `out` when `path` is empty; trouble goes to stderr.
[[nodiscard]] ExitCode deliver(const std::string& text, const std::string& path, std::ostream& out);

}  // namespace coupon::load
