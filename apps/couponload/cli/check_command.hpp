#pragma once
// `couponload check PROFILE`: what a profile means, what it lets a verdict say, and its request as bytes; with --probe
// also how a server's answer is understood.

#include <ostream>
#include <string>

#include "base/settings.hpp"
#include "couponload/cli/exit_code.hpp"
#include "couponload/cli/target_options.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

struct CheckOptions {
  TargetOptions target;
  bool probe = false;
  std::int64_t timeout_ms = 10'000;
};

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class CheckCommandLine {
 public:
  explicit CheckCommandLine(CLI::App& parent);
  CheckCommandLine(const CheckCommandLine&) = delete;
  CheckCommandLine& operator=(const CheckCommandLine&) = delete;
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] const CheckOptions& options() const { return options_; }

 private:
  CLI::App* app_;
  base::Settings settings_;
  CheckOptions options_;
};

/// kPass; kUsage when the profile is wrong, or not what the server is like; kUnreachable when the server does not
/// answer or set-up fails. Blocks. The explanation goes to `out`, mistakes to stderr.
[[nodiscard]] ExitCode run_check_command(const CheckOptions& options, std::ostream& out);

}  // namespace coupon::load
