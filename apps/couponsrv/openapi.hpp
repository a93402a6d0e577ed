#pragma once
// The description of the HTTP interface, compiled in from openapi.json.

#include <string_view>

namespace coupon::srv {

/// OpenAPI 3.1.
[[nodiscard]] std::string_view openapi_json();

}  // namespace coupon::srv
