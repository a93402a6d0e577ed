#pragma once
// What every command shares: the options that come before or after it, the open engines, and the way results go out.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/output.hpp"
#include "profile/engines.hpp"
#include "profile/workbench.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::ctl {

/// What a listing asks the ledger for at once.
inline constexpr std::size_t kPageRows = 500;

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;  ///< also: reconcile found differences

using Record = std::vector<std::pair<std::string, base::Cell>>;

class Session {
 public:
  /// Adds the shared options to the program.
  void add_options(CLI::App& app);
  /// To be called after parsing: checks what was given. The error is a usage error.
  [[nodiscard]] base::Result<> prepare();

  /// A subcommand asks for this to run after parsing; it answers the exit code.
  void run_later(std::function<int()> action) { action_ = std::move(action); }
  [[nodiscard]] int run();

  /// Opens the engines on first use. `create` makes a store that is missing.
  [[nodiscard]] base::Result<service::Backend*> backend(bool create = false);
  /// The same, for a command that writes to Kafka.
  [[nodiscard]] base::Result<service::Backend*> backend_that_appends();
  /// After backend().
  [[nodiscard]] profile::Engines& engines() { return *engines_; }
  [[nodiscard]] const profile::EngineConfig& engine_config() const { return engines_config_; }
  [[nodiscard]] base::OutputFormat format() const { return format_; }
  /// Who changes something, for the record.
  [[nodiscard]] std::string actor() const;

  /// Results, on stdout.
  void print(const base::Table& table) const;
  void print(const Record& record) const;
  void print_text(const std::string& text) const;
  /// A remark for people, on stderr; silent with --quiet.
  void note(const std::string& text) const;
  /// Reports on stderr and answers kFailed.
  [[nodiscard]] int fail(const base::Error& error) const;

 private:
  [[nodiscard]] base::Result<service::Backend*> open(bool create, bool appends);
  profile::EngineConfig engines_config_;
  std::string output_ = "table";
  bool quiet_ = false;
  base::OutputFormat format_ = base::OutputFormat::kTable;
  std::function<int()> action_;
  base::SystemClock clock_;
  base::Metrics metrics_;
  std::unique_ptr<profile::Engines> engines_;
  std::unique_ptr<profile::Workbench> bench_;
};

/// A time as a cell: RFC 3339, or empty for 0.
[[nodiscard]] base::Cell instant_cell(std::int64_t ms);

}  // namespace coupon::ctl
