#include "base/settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "base/settings_file.hpp"
#include "base/text.hpp"

namespace coupon::base {

std::string environment_name(std::string_view property) {
  std::string name = "COUPON_";
  for (const char c : property) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

namespace {

std::string toml_string(const std::string& text) { return fmt::format("\"{}\"", json_escape(text)); }

void add_parsed(CLI::App& app, const Property& property, const std::function<Result<>(const std::string&)>& set,
                const std::string& type, const std::string& default_text) {
  auto* option = app.add_option_function<std::string>(
      "--" + property.name,
      [set](const std::string& text) {
        if (const auto done = set(text); !done) throw CLI::ValidationError(done.error().message);
      },
      property.description);
  option->envname(environment_name(property.name))->type_name(type)->default_str(default_text);
  option->take_last();
}

std::string variable_or(const std::string& name, const std::string& otherwise) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? otherwise : value;
}

}  // namespace

Settings::Settings(CLI::App& app) : app_(app) {}

void Settings::add(const Property& property, std::function<std::string()> value) {
  entries_.push_back({property, std::move(value), false});
}

void Settings::text(const Property& property, std::string& target) {
  add(property, [&target] { return toml_string(target); });
  app_.add_option("--" + property.name, target, property.description)
      ->envname(environment_name(property.name))
      ->type_name("TEXT")
      ->capture_default_str()
      ->take_last();
}

void Settings::choice(const Property& property, std::string& target, const std::vector<std::string>& choices) {
  add(property, [&target] { return toml_string(target); });
  const auto set = [&target, choices, name = property.name](const std::string& value) -> Result<> {
    if (std::ranges::find(choices, value) == choices.end()) {
      return fail(Errc::kInvalid,
                  fmt::format("--{} is '{}' but must be one of: {}", name, value, fmt::join(choices, ", ")));
    }
    target = value;
    return {};
  };
  add_parsed(app_, property, set, fmt::format("{}", fmt::join(choices, "|")), target);
}

void Settings::integer(const Property& property, std::int64_t& target, std::int64_t min, std::int64_t max) {
  add(property, [&target] { return fmt::format("{}", target); });
  const auto set = [&target, min, max, name = property.name](const std::string& value) -> Result<> {
    const auto number = parse_integer(value, fmt::format("--{} is '{}' but", name, value), min, max);
    if (!number) return std::unexpected(number.error());
    target = *number;
    return {};
  };
  add_parsed(app_, property, set, fmt::format("{}..{}", min, max), fmt::format("{}", target));
}

void Settings::duration(const Property& property, std::int64_t& target_ms, std::int64_t max_ms) {
  add(property, [&target_ms] { return fmt::format("\"{}ms\"", target_ms); });
  const auto set = [&target_ms, max_ms, name = property.name](const std::string& value) -> Result<> {
    const auto ms = parse_duration_ms(value, fmt::format("--{} is '{}' but", name, value), max_ms);
    if (!ms) return std::unexpected(ms.error());
    target_ms = *ms;
    return {};
  };
  add_parsed(app_, property, set, fmt::format("TIME<={}ms", max_ms), fmt::format("{}ms", target_ms));
}

void Settings::flag(const Property& property, bool& target) {
  add(property, [&target] { return target ? "true" : "false"; });
  app_.add_flag("--" + property.name, target, property.description)->envname(environment_name(property.name));
}

void Settings::secret(const Property& property, std::string& target) {
  entries_.push_back({property, [] { return std::string("\"********\""); }, true});
  const auto file = property.name + "-file";
  const auto variable = environment_name(property.name);
  auto* option = app_.add_option_function<std::string>(
      "--" + file,
      [&target, file](const std::string& path) {
        std::ifstream in(path);
        if (!std::getline(in, target) || target.empty()) {
          throw CLI::ValidationError(fmt::format("--{}: cannot read a value from the first line of '{}'", file, path));
        }
      },
      fmt::format("file whose first line is {} (or set {})", property.description, variable));
  option->envname(environment_name(file))->type_name("FILE")->take_last();
  // Now and not after parsing: CLI11 keeps one such callback only, and a file that is given has to win.
  target = variable_or(variable, target);
}

void Settings::config_file() {
  // CLI11 looks at the variable only after the file was read, so that it comes in as the default; required, since
  // a default file that is missing would be passed over.
  const std::string variable = "COUPON_CONFIG";
  const auto path = variable_or(variable, "");
  app_.set_config("--config", path, "read settings from this TOML file", !path.empty())
      ->envname(variable)
      ->type_name("FILE")
      ->check([](const std::string& file) { return settings_file_fault(file); });
  app_.config_formatter(flat_toml(app_));
  app_.allow_config_extras(CLI::config_extras_mode::error);
  app_.add_flag("--print-config", print_, "print every setting as it would be used, then exit")->configurable(false);
}

std::string Settings::effective() const {
  std::string out;
  for (const auto& entry : entries_) {
    if (entry.secret) {
      out += fmt::format("# {} = {}  ({}; set {})\n", entry.property.name, entry.value(), entry.property.description,
                         environment_name(entry.property.name));
    } else {
      out += fmt::format("{} = {}  # {}\n", entry.property.name, entry.value(), entry.property.description);
    }
  }
  return out;
}

void LogSettings::add_to(Settings& settings) {
  settings.choice({"log-level", "least important messages to log"}, level, {"debug", "info", "warn", "error"});
  settings.choice({"log-format", "auto is human on a terminal, JSON lines otherwise"}, format,
                  {"auto", "human", "json"});
}

log::Config LogSettings::config(std::string program) const {
  log::Config config{.program = std::move(program)};
  if (const auto parsed = log::parse_level(level)) config.level = *parsed;
  if (const auto parsed = log::parse_format(format)) config.format = *parsed;
  return config;
}

namespace {

constexpr int kUsageError = 2;

// A misspelt flag before the subcommand is the cause, the subcommand that was not understood behind it the effect.
std::string problem_of(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (const auto& word : app.remaining(true)) {
      if (word.starts_with('-')) return fmt::format("unknown option {}", word);
    }
  }
  return error.what();
}

int usage_error(const CLI::App& app, std::string_view problem) {
  fmt::print(stderr, "{}: {}{}\nRun with --help for more information.\n", app.get_name(), place_of(app, problem),
             problem);
  return kUsageError;
}

}  // namespace

std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted);
    return 0;
  } catch (const CLI::ParseError& error) {
    return usage_error(app, problem_of(app, error));
  }
  return std::nullopt;
}

std::optional<int> parse_settings(CLI::App& app, const Settings& settings, int argc, const char* const* argv,
                                  const std::function<Result<>()>& check) {
  if (const auto code = parse_command_line(app, argc, argv)) return code;
  if (const auto good = check(); !good) {
    const auto& problem = good.error().message;
    // What does not fit together, or is missing, may be the file's fault without being in it.
    const auto file = place_of(app, problem).empty() ? settings_file_of(app) : std::string();
    return usage_error(app, file.empty() ? problem : fmt::format("with {}: {}", file, problem));
  }
  if (!settings.requested_print()) return std::nullopt;
  fmt::print("{}", settings.effective());
  return 0;
}

int guarded_main(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    log::error("internal error: {}", error.what());
  } catch (...) {
    log::error("internal error of unknown type");
  }
  return 1;
}

}  // namespace coupon::base
