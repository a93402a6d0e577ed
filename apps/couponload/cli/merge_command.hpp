#pragma once
// `couponload merge S1.json S2.json … --out RUN.json`: the shards of a run as one result with one verdict.

#include <memory>
#include <ostream>
#include <string>

#include "couponload/cli/exit_code.hpp"
#include "couponload/report/merge.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::load {

struct MergeOptions {
  MergePlan plan;
  std::string out_path;
};

/// Adds the subcommand to `parent`; keep it alive until parsing is over.
class MergeCommandLine {
 public:
  explicit MergeCommandLine(CLI::App& parent);
  ~MergeCommandLine();
  MergeCommandLine(const MergeCommandLine&) = delete;
  MergeCommandLine& operator=(const MergeCommandLine&) = delete;
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] MergeOptions options() const;

 private:
  struct Raw;
  std::unique_ptr<Raw> raw_;
};

/// The exit code of the whole run, or kUsage when the shards do not fit together.
[[nodiscard]] ExitCode run_merge_command(const MergeOptions& options, std::ostream& out);

}  // namespace coupon::load
