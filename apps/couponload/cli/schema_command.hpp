#pragma once
// `couponload schema`: the JSON Schema of results.

#include <ostream>

#include "couponload/cli/exit_code.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class SchemaCommandLine {
 public:
  explicit SchemaCommandLine(CLI::App& parent);
  [[nodiscard]] bool chosen() const;

 private:
  CLI::App* app_;
};

[[nodiscard]] ExitCode run_schema_command(std::ostream& out);

}  // namespace coupon::load
