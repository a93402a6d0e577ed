#pragma once
// The JSON Schema (draft 2020-12) of couponload.run/1.

#include <string_view>

namespace coupon::load {

/// The text of run.schema.json, as it was built in.
[[nodiscard]] std::string_view run_schema();

}  // namespace coupon::load
