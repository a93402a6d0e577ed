#pragma once
// Settings of a program: each is one Property that can be given as a flag, a key of a TOML file or an environment
// variable, in this order of precedence. Secrets are the exception: never a flag and never in that file, only the
// environment or a file of their own, named by NAME-file.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace coupon::base {

struct Property {
  std::string name;         ///< kebab-case: flag --max-body, key max-body, variable COUPON_MAX_BODY
  std::string description;  ///< one sentence fragment, lower case, with the unit
};

/// Adds properties to one (sub)command. Every value is checked against its bounds before the program starts; an error
/// names the property and the remedy. Keep it alive until parsing is over.
class Settings {
 public:
  explicit Settings(CLI::App& app);

  void text(const Property& property, std::string& target);
  /// One of `choices`.
  void choice(const Property& property, std::string& target, const std::vector<std::string>& choices);
  void integer(const Property& property, std::int64_t& target, std::int64_t min, std::int64_t max);
  /// With its unit (250ms, 10s, 5m, 1h), kept in milliseconds.
  void duration(const Property& property, std::int64_t& target_ms, std::int64_t max_ms);
  void flag(const Property& property, bool& target);
  /// Reads COUPON_NAME, or the first line of the file named by --NAME-file / COUPON_NAME_FILE. Never printed.
  void secret(const Property& property, std::string& target);

  /// Adds --config FILE (TOML) and --print-config, which `requested_print` reports after parsing.
  void config_file();
  [[nodiscard]] bool requested_print() const { return print_; }
  /// Every property as `name = value  # description`, secrets as "********": a file that --config accepts.
  [[nodiscard]] std::string effective() const;

 private:
  struct Entry {
    Property property;
    std::function<std::string()> value;  // TOML literal
    bool secret = false;
  };
  void add(const Property& property, std::function<std::string()> value);

  CLI::App& app_;
  std::vector<Entry> entries_;
  bool print_ = false;
};

/// The environment variable of a property: "max-body" -> "COUPON_MAX_BODY".
[[nodiscard]] std::string environment_name(std::string_view property);

/// --log-level and --log-format. Keep it alive until parsing is over.
struct LogSettings {
  std::string level = "info";
  std::string format = "auto";

  void add_to(Settings& settings);
  /// After parsing.
  [[nodiscard]] log::Config config(std::string program) const;
};

/// Parses the command line. Returns the exit code when the program has to end now: 0 after --help or --version,
/// 2 after a usage error, with a message on stderr that names the flag and the remedy.
[[nodiscard]] std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv);

/// parse_command_line for a program with settings: also ends it (2) with the Error of `check`, and (0) after
/// --print-config.
[[nodiscard]] std::optional<int> parse_settings(CLI::App& app, const Settings& settings, int argc,
                                                const char* const* argv, const std::function<Result<>()>& check);

/// Runs `body` and turns an exception that escaped it into a logged error and exit code 1.
[[nodiscard]] int guarded_main(const std::function<int()>& body);

}  // namespace coupon::base
