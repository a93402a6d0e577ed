#include "base/settings_file.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <toml++/toml.h>

#include "base/text.hpp"

namespace coupon::base {

namespace {

constexpr std::uintmax_t kFileBytesMax = 1 << 20;

using Place = toml::source_position;

bool names(std::string_view problem, const std::string& flag) {
  const auto at = problem.find(flag);
  if (at == problem.npos) return false;
  const auto behind = at + flag.size();
  return behind == problem.size() ||
         (std::isalnum(static_cast<unsigned char>(problem[behind])) == 0 && problem[behind] != '-');
}

// CLI11's own reader ends a quoted text at '#', leaves escapes in it and takes what it does not understand for
// something else.
class FlatToml final : public CLI::ConfigBase {
 public:
  explicit FlatToml(const CLI::App& app) : app_(app) {}

  [[nodiscard]] std::vector<CLI::ConfigItem> from_config(std::istream& in) const override {
    std::vector<CLI::ConfigItem> found;
    lines_.clear();
    try {
      const auto table = toml::parse(in);
      for (const auto& [key, node] : table) {
        CLI::ConfigItem item;
        item.name = key.str();
        if (app_.get_option_no_throw("--" + item.name) == nullptr) {
          throw refuse(key.source().begin, fmt::format("'{}' is not a setting{}", item.name, hint(item.name)));
        }
        item.inputs.push_back(text_of(item.name, node));
        if (app_.get_option("--" + item.name)->empty()) lines_[item.name] = key.source().begin.line;
        found.push_back(std::move(item));
      }
    } catch (const toml::parse_error& error) {
      throw refuse(error.source().begin, std::string(error.description()));
    }
    return found;
  }

  [[nodiscard]] std::string place_of(std::string_view problem) const {
    for (const auto& [name, line] : lines_) {
      if (names(problem, "--" + name)) return fmt::format("{}, line {}: ", path(), line);
    }
    return {};
  }

 private:
  [[nodiscard]] std::string path() const { return app_.get_config_ptr()->as<std::string>(); }

  [[nodiscard]] CLI::ConfigError refuse(const Place& place, const std::string& problem) const {
    return CLI::ConfigError(fmt::format("{}, line {}: {}", path(), place.line, problem));
  }

  // What CLI11 expects on a command line: the value as text.
  [[nodiscard]] std::string text_of(std::string_view name, const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
    if (const auto* yes = node.as_boolean()) return yes->get() ? "true" : "false";
    throw refuse(node.source().begin,
                 fmt::format("'{}' must be a whole number, true, false or a text in quotes", name));
  }

  [[nodiscard]] std::string hint(std::string_view name) const {
    for (const auto* option : app_.get_options()) {
      for (const auto& known : option->get_lnames()) {
        if (looks_like(name, known)) return fmt::format("; did you mean '{}'?", known);
      }
    }
    return "; --help lists them";
  }

  const CLI::App& app_;
  mutable std::map<std::string, toml::source_index> lines_;  // of what no flag overrules
};

}  // namespace

std::shared_ptr<CLI::Config> flat_toml(const CLI::App& app) { return std::make_shared<FlatToml>(app); }

std::string settings_file_fault(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return fmt::format("{} cannot be read: {}", path, error.message());
  if (!std::filesystem::is_regular_file(status))
    return fmt::format("{} is no file with settings: a regular one is needed", path);
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fmt::format("{} cannot be read: {}", path, error.message());
  if (size > kFileBytesMax)
    return fmt::format("{} has {} bytes, {} are allowed: is it a file with settings?", path, size, kFileBytesMax);
  return {};
}

std::string place_of(const CLI::App& app, std::string_view problem) {
  const auto file = std::dynamic_pointer_cast<const FlatToml>(app.get_config_formatter());
  return file ? file->place_of(problem) : std::string();
}

std::string settings_file_of(const CLI::App& app) {
  const auto* option = app.get_config_ptr();
  return option == nullptr || option->empty() ? std::string() : option->as<std::string>();
}

}  // namespace coupon::base
