#pragma once
// Statements as text. Every value goes in as a literal that needs no escaping (bytes in hexadecimal), so no sql_mode,
// character set or value can change what a statement says; and one round trip does what preparing needs two for.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coupon::net::sql {

/// Bytes for a binary column, or text (UTF-8) for one with a character set. Points to what the caller keeps.
struct SqlBytes {
  std::string_view bytes;
};
struct SqlText {
  std::string_view text;
};
/// monostate: NULL.
using SqlValue = std::variant<std::monostate, std::int64_t, SqlBytes, SqlText>;

void append_value(std::string& out, const SqlValue& value);
/// `pattern` with each '?' replaced by the next value. Their numbers must agree: std::logic_error otherwise.
[[nodiscard]] std::string sql_text(std::string_view pattern, std::initializer_list<SqlValue> values);

/// The statements of a script, without the semicolons that end them and without comments; semicolons inside quotes and
/// comments end nothing.
[[nodiscard]] std::vector<std::string> split_script(std::string_view script);

}  // namespace coupon::net::sql
