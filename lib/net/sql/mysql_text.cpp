#include "net/sql/mysql_text.hpp"

#include <stdexcept>

#include "base/append.hpp"

namespace coupon::net::sql {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBlank = " \t\r\n";

void append_hex(std::string& out, std::string_view bytes) {
  const auto begin = out.size();
  out.resize(begin + 2 * bytes.size());
  char* at = out.data() + begin;
  for (const char one : bytes) {
    const auto byte = static_cast<unsigned char>(one);
    *at++ = kHex[byte >> 4U];
    *at++ = kHex[byte & 0xfU];
  }
}

// Where the comment or quoted part that begins at `at` ends; `at` itself when none begins there.
std::size_t skip_part(std::string_view script, std::size_t at) {
  const auto rest = script.substr(at);
  const auto after = [script, at](std::string_view end, std::size_t from) {
    const auto found = script.find(end, at + from);
    return found == std::string_view::npos ? script.size() : found + end.size();
  };
  if (rest.starts_with("-- ") || rest.starts_with("--\n") || rest.starts_with("#")) return after("\n", 1);
  if (rest.starts_with("/*")) return after("*/", 2);
  const char quote = rest.empty() ? '\0' : rest.front();
  if (quote == '\'' || quote == '"' || quote == '`') return after(rest.substr(0, 1), 1);
  return at;
}

void add_statement(std::vector<std::string>& statements, std::string& text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first != std::string::npos) {
    statements.push_back(text.substr(first, text.find_last_not_of(kBlank) + 1 - first));
  }
  text.clear();
}

}  // namespace

void append_value(std::string& out, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    base::append(out, *number);
  } else if (const auto* bytes = std::get_if<SqlBytes>(&value)) {
    out += "x'";
    append_hex(out, bytes->bytes);
    out += '\'';
  } else if (const auto* text = std::get_if<SqlText>(&value)) {
    out += "_utf8mb4 x'";
    append_hex(out, text->text);
    out += '\'';
  } else {
    out += "NULL";
  }
}

std::string sql_text(std::string_view pattern, std::initializer_list<SqlValue> values) {
  std::string out;
  const auto* value = values.begin();
  for (const char one : pattern) {
    if (one != '?') {
      out += one;
    } else if (value == values.end()) {
      throw std::logic_error("a value is missing for: " + std::string(pattern));
    } else {
      append_value(out, *value++);
    }
  }
  if (value != values.end()) throw std::logic_error("a value too many for: " + std::string(pattern));
  return out;
}

std::vector<std::string> split_script(std::string_view script) {
  std::vector<std::string> statements;
  std::string text;
  for (std::size_t at = 0; at < script.size();) {
    if (const auto end = skip_part(script, at); end != at) {
      const bool quoted = script[at] == '\'' || script[at] == '"' || script[at] == '`';
      text += quoted ? script.substr(at, end - at) : " ";
      at = end;
    } else if (script[at++] == ';') {
      add_statement(statements, text);
    } else {
      text += script[at - 1];
    }
  }
  add_statement(statements, text);
  return statements;
}

}  // namespace coupon::net::sql
