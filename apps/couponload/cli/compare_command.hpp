#pragma once
// `couponload compare A.json B.json`: whether B is slower than A.

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/output.hpp"
#include "couponload/cli/exit_code.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

struct CompareOptions {
  std::vector<std::string> a;  ///< result files
  std::vector<std::string> b;
  double band = 0.05;  ///< a share
  base::OutputFormat format = base::OutputFormat::kTable;
};

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class CompareCommandLine {
 public:
  explicit CompareCommandLine(CLI::App& parent);
  CompareCommandLine(const CompareCommandLine&) = delete;
  CompareCommandLine& operator=(const CompareCommandLine&) = delete;
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] const CompareOptions& options() const { return *options_; }

 private:
  CLI::App* app_;
  std::unique_ptr<CompareOptions> options_;
};

/// kThreshold after a regression, kInvalid with too few repeats, kUsage when the results cannot be compared.
[[nodiscard]] ExitCode run_compare_command(const CompareOptions& options, std::ostream& out);

}  // namespace coupon::load
