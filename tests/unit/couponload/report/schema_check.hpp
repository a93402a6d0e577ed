#pragma once
// A small check of JSON against the part of JSON Schema that our schema uses.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace coupon::load::test {

/// What does not fit, each as "path: why"; a keyword of the schema that the check does not know is a fault too.
[[nodiscard]] std::vector<std::string> schema_faults(const nlohmann::json& value, const nlohmann::json& schema);

}  // namespace coupon::load::test
