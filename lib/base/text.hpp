#pragma once
// Small text tools with one strict meaning each.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace coupon::base {

/// A whole decimal number within [min, max], nothing before or after it. `what` names it in the error.
[[nodiscard]] Result<std::int64_t> parse_integer(std::string_view text, std::string_view what, std::int64_t min,
                                                 std::int64_t max);

/// A time span with its unit: 250ms, 10s, 5m, 1h; "0" needs none. In milliseconds, within [0, max_ms].
[[nodiscard]] Result<std::int64_t> parse_duration_ms(std::string_view text, std::string_view what, std::int64_t max_ms);

/// An instant: RFC 3339 in UTC or with an offset ("2026-05-01T10:00:00Z", "2026-05-01T19:00:00+09:00"), or
/// milliseconds since 1970. In milliseconds since 1970, between 1 and the year 9999.
[[nodiscard]] Result<std::int64_t> parse_instant_ms(std::string_view text, std::string_view what);

/// RFC 3339 in UTC with milliseconds: 2026-05-01T10:00:00.000Z.
[[nodiscard]] std::string format_instant(std::int64_t wall_ms);

/// `text` as the inside of a JSON string (no quotes), control characters escaped; bytes that are not UTF-8 become
/// U+FFFD, so that the result is always valid JSON.
[[nodiscard]] std::string json_escape(std::string_view text);

/// A hint for "did you mean": true when `a` and `b` differ in at most two edits.
[[nodiscard]] bool looks_like(std::string_view a, std::string_view b);

}  // namespace coupon::base
