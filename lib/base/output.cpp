#include "base/output.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/text.hpp"

namespace coupon::base {

namespace {

// Nothing to show; a number that is none (NaN, infinity) has no place in any of the formats either.
bool is_empty(const Cell& cell) {
  const auto* number = std::get_if<double>(&cell);
  return std::holds_alternative<std::monostate>(cell) || (number != nullptr && !std::isfinite(*number));
}

bool is_number(const Cell& cell) {
  return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell);
}

struct PlainText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
};

std::string plain_text(const Cell& cell) { return is_empty(cell) ? std::string() : std::visit(PlainText{}, cell); }

// --- tables

constexpr std::string_view kGap = "  ";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// What a terminal may get: a value must not break the line or move the cursor.
std::string shown(const Cell& cell) {
  if (is_empty(cell)) return "-";
  std::string out;
  for (const char c : plain_text(cell)) {
    if (is_control(c)) {
      out += json_escape({&c, 1});
    } else {
      out += c;
    }
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  constexpr unsigned kContinuation = 0b10;  // the two high bits of every byte of a character but its first
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >> 6 != kContinuation; }));
}

struct Column {
  std::size_t width = 0;
  bool numeric = false;  ///< holds a number, and nothing but numbers and empty cells
};

Column measure(const Table& table, std::size_t index) {
  Column column{width_of(table.columns[index]), false};
  bool words = false;
  for (const auto& row : table.rows) {
    const auto& cell = row[index];
    column.width = std::max(column.width, width_of(shown(cell)));
    column.numeric = column.numeric || is_number(cell);
    words = words || (!is_number(cell) && !is_empty(cell));
  }
  column.numeric = column.numeric && !words;
  return column;
}

void append_padded(std::string& line, std::string_view text, std::size_t width, bool right) {
  const std::string padding(width - width_of(text), ' ');
  if (right) line += padding;
  line += text;
  if (!right) line += padding;
}

void append_line(std::string& out, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  out.append(line).push_back('\n');
}

std::string render_table(const Table& table) {
  std::vector<Column> columns;
  std::string line;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns.push_back(measure(table, i));
    if (i > 0) line += kGap;
    append_padded(line, table.columns[i], columns[i].width, columns[i].numeric);
  }
  std::string out;
  append_line(out, std::move(line));
  for (const auto& row : table.rows) {
    line.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line += kGap;
      append_padded(line, shown(row[i]), columns[i].width, columns[i].numeric || is_number(row[i]));
    }
    append_line(out, line);
  }
  return out;
}

// --- JSON

std::string json_text(const Cell& cell) {
  if (is_empty(cell)) return "null";
  if (const auto* text = std::get_if<std::string>(&cell)) return fmt::format("\"{}\"", json_escape(*text));
  return plain_text(cell);
}

std::string json_object(const std::vector<std::string>& names, const std::vector<Cell>& cells) {
  std::string out = "{";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ',';
    out += fmt::format("\"{}\":{}", json_escape(names[i]), json_text(cells[i]));
  }
  return out + "}";
}

std::string render_json(const Table& table) {
  std::string out = "[";
  const char* before = "\n";
  for (const auto& row : table.rows) {
    out += before + json_object(table.columns, row);
    before = ",\n";
  }
  return out + (table.rows.empty() ? "]\n" : "\n]\n");
}

// --- CSV

std::string csv_text(const Cell& cell) {
  auto text = plain_text(cell);
  constexpr std::string_view kFormulaStarts = "=+-@\t\r\n";
  if (!is_number(cell) && !text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos) {
    text.insert(text.begin(), '\'');
  }
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

void append_csv_line(std::string& out, const std::vector<Cell>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_text(cells[i]);
  }
  out += "\r\n";
}

std::string render_csv(const Table& table) {
  std::string out;
  append_csv_line(out, {table.columns.begin(), table.columns.end()});
  for (const auto& row : table.rows) append_csv_line(out, row);
  return out;
}

}  // namespace

Result<OutputFormat> parse_output_format(std::string_view text) {
  if (text == "table") return OutputFormat::kTable;
  if (text == "json") return OutputFormat::kJson;
  if (text == "csv") return OutputFormat::kCsv;
  return fail(Errc::kInvalid, "output must be table, json or csv");
}

std::string render(const Table& table, OutputFormat format) {
  switch (format) {
    case OutputFormat::kTable: return render_table(table);
    case OutputFormat::kJson: return render_json(table);
    case OutputFormat::kCsv: return render_csv(table);
  }
  return {};
}

std::string render_record(const std::vector<std::pair<std::string, Cell>>& fields, OutputFormat format) {
  Table table{{}, {{}}};
  for (const auto& [name, cell] : fields) {
    table.columns.push_back(name);
    table.rows.front().push_back(cell);
  }
  if (format == OutputFormat::kJson) return json_object(table.columns, table.rows.front()) + "\n";
  if (format == OutputFormat::kCsv) return render_csv(table);
  std::size_t width = 0;
  for (const auto& name : table.columns) width = std::max(width, width_of(name));
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::string line;
    append_padded(line, table.columns[i], width, false);
    line.append(kGap).append(shown(table.rows.front()[i]));
    append_line(out, std::move(line));
  }
  return out;
}

}  // namespace coupon::base
