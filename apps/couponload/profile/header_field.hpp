#pragma once
// Header fields that a profile or a command line adds to requests.

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace coupon::load {

inline constexpr std::size_t kFieldBytesMax = 4096;

/// kInvalid for what is no field name, for a field that couponload sets itself, and for control characters.
[[nodiscard]] base::Result<> check_field(std::string_view name, std::string_view value);

/// "Name: value", for -H. Refuses what check_field refuses.
[[nodiscard]] base::Result<std::pair<std::string, std::string>> parse_field(std::string_view text);

/// Names of header fields are the same in any case.
[[nodiscard]] bool same_field(const std::string& a, const std::string& b);

}  // namespace coupon::load
