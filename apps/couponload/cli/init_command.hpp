#pragma once
// `couponload init [FILE]`: a commented profile to begin with.

#include <ostream>
#include <string>

#include "couponload/cli/exit_code.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class InitCommandLine {
 public:
  explicit InitCommandLine(CLI::App& parent);
  InitCommandLine(const InitCommandLine&) = delete;
  InitCommandLine& operator=(const InitCommandLine&) = delete;
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  CLI::App* app_;
  std::string path_ = "profile.toml";
};

/// Writes the profile to a file that is not there yet ("-": to `out`), or ends with kUsage.
[[nodiscard]] ExitCode run_init_command(const std::string& path, std::ostream& out);

}  // namespace coupon::load
