#pragma once
// One table of a profile, read key by key: types, bounds and unknown keys, every mistake with its line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace coupon::load {

/// What is wrong with a file, in the order of its lines.
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}
  void add(std::size_t line, const std::string& key, const std::string& problem);
  [[nodiscard]] bool empty() const { return all_.empty(); }
  /// All of them as one error, kInvalid: "file:line: key: problem", at most kShownMax lines.
  [[nodiscard]] base::Error error() const;
  [[nodiscard]] const std::string& file() const { return file_; }

  static constexpr std::size_t kShownMax = 20;

 private:
  std::string file_;
  std::vector<std::pair<std::size_t, std::string>> all_;
};

/// Refers to the table and the mistakes; both must outlive it. A key that is absent leaves the target alone and gives
/// false; so does one that is wrong, which is a mistake besides.
class TomlSection {
 public:
  /// `path` is what keys are named after ("request", "outcome[2]"; empty at the top). Keys other than `known` are
  /// mistakes.
  TomlSection(const toml::table& table, std::string path, std::size_t line, Mistakes& mistakes,
              const std::vector<std::string_view>& known);

  [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }
  /// A mistake unless the key is there. `remedy`: "write version = 1".
  void require(std::string_view key, std::string_view remedy) const;
  [[nodiscard]] bool text(std::string_view key, std::string& target, std::size_t bytes_max) const;
  [[nodiscard]] bool number(std::string_view key, std::int64_t& target, std::int64_t min, std::int64_t max) const;
  /// A number or a list of numbers.
  [[nodiscard]] bool numbers(std::string_view key, std::vector<int>& target, int min, int max) const;
  /// A text or a list of texts.
  [[nodiscard]] bool texts(std::string_view key, std::vector<std::string>& target) const;
  /// A table of texts.
  [[nodiscard]] bool pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& target,
                           std::size_t bytes_max) const;
  [[nodiscard]] std::optional<TomlSection> section(std::string_view key,
                                                   const std::vector<std::string_view>& known) const;
  /// An array of tables; its members are named key[1], key[2], ….
  [[nodiscard]] std::vector<TomlSection> sections(std::string_view key,
                                                  const std::vector<std::string_view>& known) const;

  void refuse(std::string_view key, const std::string& problem) const;
  [[nodiscard]] bool is_text(std::string_view key) const;

  static constexpr std::size_t kListMax = 64;

 private:
  [[nodiscard]] const toml::node* find(std::string_view key) const { return table_->get(key); }
  [[nodiscard]] std::size_t line_of(std::string_view key) const;
  [[nodiscard]] std::string name_of(std::string_view key) const;
  [[nodiscard]] bool check_text(std::string_view key, const toml::node& node, std::string& target,
                                std::size_t bytes_max) const;

  const toml::table* table_;
  std::string path_;
  std::size_t line_;
  Mistakes* mistakes_;
};

}  // namespace coupon::load
