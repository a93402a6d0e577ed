#pragma once
// Conditions of outcome rules as text: a JSON pointer, a test, a JSON value.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"

namespace coupon::load {

inline constexpr std::size_t kPointerBytesMax = 256;

/// `/success == true`, `/code != "C002"`, `/data/id exists`. kInvalid says what to write.
[[nodiscard]] base::Result<Condition> parse_condition(std::string_view text);
/// As parse_condition reads it.
[[nodiscard]] std::string text_of(const Condition& condition);

/// kInvalid unless `text` is a JSON pointer (RFC 6901) that begins with '/'.
[[nodiscard]] base::Result<> check_pointer(std::string_view text);

}  // namespace coupon::load
