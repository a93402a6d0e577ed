#include "base/settings_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/text.hpp"

namespace coupon::base {

namespace {

CLI::ConfigError refuse(const toml::source_position& place, const std::string& problem) {
  return CLI::ConfigError(fmt::format("config file, line {}: {}", place.line, problem));
}

// What CLI11 expects on a command line: the value as text.
std::string text_of(std::string_view name, const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
  if (const auto* yes = node.as_boolean()) return yes->get() ? "true" : "false";
  throw refuse(node.source().begin, fmt::format("'{}' must be a whole number, true, false or a text in quotes", name));
}

// CLI11's own reader ends a quoted text at '#', leaves escapes in it and takes what it does not understand for
// something else.
class FlatToml final : public CLI::ConfigBase {
 public:
  explicit FlatToml(const CLI::App& app) : app_(app) {}

  [[nodiscard]] std::vector<CLI::ConfigItem> from_config(std::istream& in) const override {
    std::vector<CLI::ConfigItem> found;
    try {
      const auto table = toml::parse(in);
      for (const auto& [key, node] : table) {
        CLI::ConfigItem item;
        item.name = key.str();
        if (app_.get_option_no_throw("--" + item.name) == nullptr) {
          throw refuse(key.source().begin, fmt::format("'{}' is not a setting{}", item.name, hint(item.name)));
        }
        item.inputs.push_back(text_of(item.name, node));
        found.push_back(std::move(item));
      }
    } catch (const toml::parse_error& error) {
      throw refuse(error.source().begin, std::string(error.description()));
    }
    return found;
  }

 private:
  [[nodiscard]] std::string hint(std::string_view name) const {
    for (const auto* option : app_.get_options()) {
      for (const auto& known : option->get_lnames()) {
        if (looks_like(name, known)) return fmt::format("; did you mean '{}'?", known);
      }
    }
    return "; --help lists them";
  }

  const CLI::App& app_;
};

}  // namespace

std::shared_ptr<CLI::Config> flat_toml(const CLI::App& app) { return std::make_shared<FlatToml>(app); }

}  // namespace coupon::base
