#pragma once

#include <string>
#include <string_view>

namespace coupon::load {

/// The start of an answer's body on one line, for a message: at most 200 bytes and "…"; "an empty body" when it is.
[[nodiscard]] std::string excerpt(std::string_view body);

}  // namespace coupon::load
