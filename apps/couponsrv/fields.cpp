#include "couponsrv/fields.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"

namespace coupon::srv {

using base::Errc;
using base::fail;

namespace {

constexpr std::size_t kShownMax = 40;

// A name from outside, short and printable, for a message.
std::string shown(std::string_view name) { return base::json_escape(name.substr(0, kShownMax)); }

std::string names_of(const std::vector<Field>& expected) {
  std::string names;
  for (const auto& field : expected) {
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names;
}

// Reads an object of texts that need no decoding: what nearly every client sends, at a quarter of the price.
class PlainReader {
 public:
  explicit PlainReader(std::string_view json) : rest_(json) {}

  /// False: something else, perhaps as good, which the reader of any JSON has to judge.
  template <class Take>
  [[nodiscard]] bool read(Take take) {
    if (!symbol('{')) return false;
    do {
      std::string_view name;
      std::string_view value;
      if (!text(name) || !symbol(':') || !text(value) || !take(name, value)) return false;
    } while (symbol(','));
    return symbol('}') && (skip_space(), rest_.empty());
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  [[nodiscard]] bool symbol(char expected) {
    skip_space();
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] bool text(std::string_view& out) {
    if (!symbol('"')) return false;
    const auto end = std::ranges::find_if(rest_, [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; });
    if (end == rest_.end() || *end != '"') return false;
    out = std::string_view(rest_.begin(), end);
    rest_ = std::string_view(end + 1, rest_.end());
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool Fields::read_plain(std::string_view json, const std::vector<Field>& expected) {
  values_.resize(expected.size());
  const bool read = PlainReader(json).read([&](std::string_view name, std::string_view text) {
    const auto it = std::ranges::find(expected, name, &Field::name);
    if (it == expected.end() || it->kind != Field::Kind::kText || text.size() > kTextMax) return false;
    auto& value = values_[static_cast<std::size_t>(it - expected.begin())];
    value.text = text;
    return !std::exchange(value.present, true);
  });
  if (!read) values_.clear();
  return read;
}

// Receives nlohmann's events; the first that does not fit ends the parse.
class FieldReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  FieldReader(const std::vector<Field>& expected, Fields& fields) : expected_(expected), fields_(fields) {
    fields_.values_.resize(expected.size());
  }

  bool null() override { return value_is("null"); }
  bool boolean(bool /*value*/) override { return value_is("a boolean"); }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return value_is("not a whole number"); }
  bool binary(binary_t& /*value*/) override { return value_is("binary"); }
  bool start_array(std::size_t /*size*/) override { return value_is("an array"); }
  bool end_array() override { return true; }
  bool end_object() override { return true; }

  bool number_integer(number_integer_t value) override { return take_integer(value); }

  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return value_is("too large a number");
    return take_integer(static_cast<std::int64_t>(value));
  }

  bool string(string_t& value) override {
    if (!in_field() || expected_[at_].kind != Field::Kind::kText) return value_is("a string");
    if (value.size() > kTextMax)
      return refuse(fmt::format("{} is longer than {} bytes", expected_[at_].name, kTextMax));
    fields_.values_[at_].text = std::move(value);
    return true;
  }

  bool start_object(std::size_t /*size*/) override {
    if (in_object_) return value_is("an object");
    in_object_ = true;
    return true;
  }

  bool key(string_t& name) override {
    const auto it = std::ranges::find(expected_, name, &Field::name);
    if (it == expected_.end()) {
      return refuse(fmt::format("unknown field '{}': this call takes {}", shown(name), names_of(expected_)));
    }
    at_ = static_cast<std::size_t>(it - expected_.begin());
    if (fields_.values_[at_].present) return refuse(fmt::format("field '{}' is there twice", it->name));
    fields_.values_[at_].present = true;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const nlohmann::json::exception&) override {
    return refuse(fmt::format("the body is not valid JSON (at byte {})", position));
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] bool saw_object() const { return in_object_; }

 private:
  [[nodiscard]] bool in_field() const { return in_object_ && at_ < expected_.size(); }

  bool refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool value_is(std::string_view what) {
    if (!in_field()) return refuse("the body must be a JSON object");
    const auto& field = expected_[at_];
    return refuse(fmt::format("{} must be {}, but is {}", field.name,
                              field.kind == Field::Kind::kText ? "a string" : "a whole number", what));
  }

  bool take_integer(std::int64_t value) {
    if (!in_field() || expected_[at_].kind != Field::Kind::kInteger) return value_is("a number");
    fields_.values_[at_].integer = value;
    return true;
  }

  const std::vector<Field>& expected_;
  Fields& fields_;
  std::string problem_;
  std::size_t at_ = SIZE_MAX;
  bool in_object_ = false;
};

base::Result<Fields> Fields::parse(std::string_view json, const std::vector<Field>& expected) {
  if (json.empty())
    return fail(Errc::kInvalid, "the body is empty: a JSON object is needed with " + names_of(expected));
  // The JSON library takes a NUL byte for the end of its input.
  if (const auto nul = json.find('\0'); nul != std::string_view::npos) {
    return fail(Errc::kInvalid, fmt::format("the body is not valid JSON (at byte {})", nul + 1));
  }
  Fields fields;
  if (!fields.read_plain(json, expected)) {
    FieldReader reader(expected, fields);
    if (!nlohmann::json::sax_parse(json, &reader) || !reader.saw_object()) {
      return fail(Errc::kInvalid, reader.problem().empty() ? "the body must be a JSON object" : reader.problem());
    }
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].required && !fields.has(i)) {
      return fail(Errc::kInvalid, fmt::format("{} is missing", expected[i].name));
    }
  }
  return fields;
}

}  // namespace coupon::srv
