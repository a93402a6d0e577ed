#pragma once
// Results for people (aligned table), for programs (JSON) and for spreadsheets (CSV, RFC 4180), from one description.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace coupon::base {

enum class OutputFormat { kTable, kJson, kCsv };

/// "table", "json", "csv".
[[nodiscard]] Result<OutputFormat> parse_output_format(std::string_view text);

/// An empty cell is shown as "-" in a table, null in JSON, nothing in CSV.
using Cell = std::variant<std::monostate, std::string, std::int64_t, double, bool>;

struct Table {
  std::vector<std::string> columns;     ///< snake_case; units last: remaining, opened_ms
  std::vector<std::vector<Cell>> rows;  ///< each as long as `columns`
};

/// The whole text, ending in a newline. JSON is an array of objects, one a line; CSV has a header and quotes what
/// needs it (a cell that a spreadsheet would run as a formula is prefixed with an apostrophe). Numbers are
/// right-aligned in tables; widths count UTF-8 characters, not bytes.
[[nodiscard]] std::string render(const Table& table, OutputFormat format);

/// One object: a table has a line a field, JSON is a single object, CSV has a header and one row.
[[nodiscard]] std::string render_record(const std::vector<std::pair<std::string, Cell>>& fields, OutputFormat format);

}  // namespace coupon::base
