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

}  // namespace

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
  FieldReader reader(expected, fields);
  if (!nlohmann::json::sax_parse(json, &reader) || !reader.saw_object()) {
    return fail(Errc::kInvalid, reader.problem().empty() ? "the body must be a JSON object" : reader.problem());
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].required && !fields.has(i)) {
      return fail(Errc::kInvalid, fmt::format("{} is missing", expected[i].name));
    }
  }
  return fields;
}

}  // namespace coupon::srv
