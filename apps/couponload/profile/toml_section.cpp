#include "couponload/profile/toml_section.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"

namespace coupon::load {

namespace {

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::array: return "a list";
    case toml::node_type::table: return "a table";
    default: return "a date or a time";
  }
}

std::string hint(std::string_view key, const std::vector<std::string_view>& known) {
  for (const auto candidate : known) {
    if (base::looks_like(key, candidate)) return fmt::format("did you mean '{}'?", candidate);
  }
  return fmt::format("the keys here are {}", fmt::join(known, ", "));
}

}  // namespace

void Mistakes::add(std::size_t line, const std::string& key, const std::string& problem) {
  auto text = key.empty() ? fmt::format("{}:{}: {}", file_, line, problem)
                          : fmt::format("{}:{}: {}: {}", file_, line, key, problem);
  all_.emplace_back(line, std::move(text));
}

base::Error Mistakes::error() const {
  auto sorted = all_;
  std::ranges::stable_sort(sorted, {}, [](const auto& mistake) { return mistake.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kShownMax); ++i) {
    if (i > 0) text += '\n';
    text += sorted[i].second;
  }
  if (sorted.size() > kShownMax) text += fmt::format("\n(and {} more)", sorted.size() - kShownMax);
  return {.code = base::Errc::kInvalid, .message = std::move(text), .retryable = false};
}

TomlSection::TomlSection(const toml::table& table, std::string path, std::size_t line, Mistakes& mistakes,
                         const std::vector<std::string_view>& known)
    : table_(&table), path_(std::move(path)), line_(line), mistakes_(&mistakes) {
  for (const auto& [key, node] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    refuse(key.str(), "there is no such key; " + hint(key.str(), known));
  }
}

std::string TomlSection::name_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::size_t TomlSection::line_of(std::string_view key) const {
  const auto found = table_->find(key);
  return found == table_->end() ? line_ : found->first.source().begin.line;
}

void TomlSection::refuse(std::string_view key, const std::string& problem) const {
  mistakes_->add(line_of(key), name_of(key), problem);
}

void TomlSection::require(std::string_view key, std::string_view remedy) const {
  if (!has(key)) refuse(key, fmt::format("is missing; {}", remedy));
}

bool TomlSection::is_text(std::string_view key) const {
  const auto* node = find(key);
  return node != nullptr && node->is_string();
}

bool TomlSection::check_text(std::string_view key, const toml::node& node, std::string& target,
                             std::size_t bytes_max) const {
  const auto* value = node.as_string();
  if (value == nullptr) {
    refuse(key, fmt::format("must be a text in quotes, not {}", kind_of(node)));
    return false;
  }
  if (value->get().size() > bytes_max) {
    refuse(key, fmt::format("has {} bytes, {} are allowed; shorten it", value->get().size(), bytes_max));
    return false;
  }
  target = value->get();
  return true;
}

bool TomlSection::text(std::string_view key, std::string& target, std::size_t bytes_max) const {
  const auto* node = find(key);
  return node != nullptr && check_text(key, *node, target, bytes_max);
}

bool TomlSection::number(std::string_view key, std::int64_t& target, std::int64_t min, std::int64_t max) const {
  const auto* node = find(key);
  if (node == nullptr) return false;
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < min || value->get() > max) {
    refuse(key, fmt::format("must be a whole number between {} and {}", min, max));
    return false;
  }
  target = value->get();
  return true;
}

bool TomlSection::numbers(std::string_view key, std::vector<int>& target, int min, int max) const {
  const auto* node = find(key);
  if (node == nullptr) return false;
  const auto bad = [&] {
    refuse(key,
           fmt::format("must be a list of 1 to {} whole numbers between {} and {}: [{}]", kListMax, min, max, min));
    return false;
  };
  const auto add = [&](const toml::node& item) {
    const auto* value = item.as_integer();
    if (value == nullptr || value->get() < min || value->get() > max) return false;
    target.push_back(static_cast<int>(value->get()));
    return true;
  };
  const auto* list = node->as_array();
  if (list == nullptr) return add(*node) || bad();
  if (list->empty() || list->size() > kListMax) return bad();
  return std::ranges::all_of(*list, add) || bad();
}

bool TomlSection::texts(std::string_view key, std::vector<std::string>& target) const {
  const auto* node = find(key);
  if (node == nullptr) return false;
  const auto bad = [&] {
    refuse(key, fmt::format("must be a list of at most {} texts in quotes", kListMax));
    return false;
  };
  const auto add = [&](const toml::node& item) {
    const auto* value = item.as_string();
    if (value == nullptr) return false;
    target.push_back(value->get());
    return true;
  };
  const auto* list = node->as_array();
  if (list == nullptr) return add(*node) || bad();
  if (list->size() > kListMax) return bad();
  return std::ranges::all_of(*list, add) || bad();
}

bool TomlSection::pairs(std::string_view key, std::vector<std::pair<std::string, std::string>>& target,
                        std::size_t bytes_max) const {
  const auto* node = find(key);
  if (node == nullptr) return false;
  const auto* table = node->as_table();
  if (table == nullptr || table->size() > kListMax) {
    refuse(key, fmt::format("must be a table of at most {} texts: {{ Name = \"value\" }}", kListMax));
    return false;
  }
  const TomlSection inner(*table, name_of(key), line_of(key), *mistakes_, [&] {
    std::vector<std::string_view> all;
    for (const auto& [name, value] : *table) all.push_back(name.str());
    return all;
  }());
  bool good = true;
  for (const auto& [name, value] : *table) {
    std::string text;
    good = inner.check_text(name.str(), value, text, bytes_max) && good;
    target.emplace_back(name.str(), std::move(text));
  }
  return good;
}

std::optional<TomlSection> TomlSection::section(std::string_view key,
                                                const std::vector<std::string_view>& known) const {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* table = node->as_table();
  if (table == nullptr) {
    refuse(key, fmt::format("must be a table with the keys {}, not {}", fmt::join(known, ", "), kind_of(*node)));
    return std::nullopt;
  }
  return TomlSection(*table, name_of(key), line_of(key), *mistakes_, known);
}

std::vector<TomlSection> TomlSection::sections(std::string_view key, const std::vector<std::string_view>& known) const {
  const auto* node = find(key);
  if (node == nullptr) return {};
  const auto* list = node->as_array();
  const bool tables =
      list != nullptr && std::ranges::all_of(*list, [](const toml::node& item) { return item.is_table(); });
  if (!tables || list->size() > kListMax) {
    refuse(key, fmt::format("must be written as [[{}]], once for each, at most {} times", key, kListMax));
    return {};
  }
  std::vector<TomlSection> all;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& table = *list->get(i)->as_table();
    all.emplace_back(table, fmt::format("{}[{}]", name_of(key), i + 1), table.source().begin.line, *mistakes_, known);
  }
  return all;
}

}  // namespace coupon::load
