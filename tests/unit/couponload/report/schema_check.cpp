#include "unit/couponload/report/schema_check.hpp"

#include <algorithm>
#include <set>

namespace coupon::load::test {

using nlohmann::json;

namespace {

class Check {
 public:
  explicit Check(const json& root) : root_(root) {}

  void walk(const std::string& path, const json& value, const json& schema) {
    check_keywords(path, schema);
    if (schema.contains("$ref")) {
      walk(path, value, root_.at(json::json_pointer(schema.at("$ref").get<std::string>().substr(1))));
    }
    check_value(path, value, schema);
    if (value.is_object()) check_object(path, value, schema);
    if (!value.is_array()) return;
    if (value.size() < schema.value("minItems", std::size_t{0})) fault(path, "too few items");
    if (!schema.contains("items")) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      walk(path + "/" + std::to_string(i), value[i], schema.at("items"));
    }
  }

  std::vector<std::string> faults;

 private:
  void fault(const std::string& path, const std::string& why) { faults.push_back(path + ": " + why); }

  void check_keywords(const std::string& path, const json& schema) {
    static const std::set<std::string> kKnown{
        "$schema", "$id",  "title", "description", "type",  "properties", "required", "additionalProperties",
        "$defs",   "$ref", "items", "minItems",    "const", "enum",       "minimum"};
    for (const auto& [name, unused] : schema.items()) {
      if (!kKnown.contains(name)) fault(path, "the schema has a keyword that is not checked: " + name);
    }
  }

  static bool has_type(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == "null" && value.is_null();
  }

  void check_value(const std::string& path, const json& value, const json& schema) {
    if (schema.contains("type")) {
      const auto types = schema.at("type").is_array() ? schema.at("type") : json::array({schema.at("type")});
      const bool fits = std::ranges::any_of(types, [&](const json& type) { return has_type(value, type); });
      if (!fits) fault(path, "must be " + types.dump());
    }
    if (schema.contains("const") && value != schema.at("const")) fault(path, "must be " + schema.at("const").dump());
    if (schema.contains("enum")) {
      const auto& words = schema.at("enum");
      if (std::ranges::find(words, value) == words.end()) fault(path, value.dump() + " is none of " + words.dump());
    }
    if (schema.contains("minimum") && value.is_number() && value.get<double>() < schema.at("minimum").get<double>()) {
      fault(path, "is below the minimum");
    }
  }

  void check_object(const std::string& path, const json& value, const json& schema) {
    for (const auto& name : schema.value("required", json::array())) {
      if (!value.contains(name)) fault(path, "lacks " + name.get<std::string>());
    }
    if (!schema.contains("properties")) return;
    for (const auto& [name, inner] : value.items()) {
      if (schema.at("properties").contains(name)) {
        walk(path + "/" + name, inner, schema.at("properties").at(name));
      } else if (!schema.value("additionalProperties", true)) {
        fault(path, "must not have " + name);
      }
    }
  }

  const json& root_;
};

}  // namespace

std::vector<std::string> schema_faults(const json& value, const json& schema) {
  Check check(schema);
  check.walk("", value, schema);
  return check.faults;
}

}  // namespace coupon::load::test
