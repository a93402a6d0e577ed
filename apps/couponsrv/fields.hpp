#pragma once
// Strict reading of small JSON objects: the fields a call takes, each of one type, none unknown, none twice, nothing
// nested. A refusal names the field. Nothing reaches an engine before this said yes.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace coupon::srv {

struct Field {
  enum class Kind { kText, kInteger };
  std::string_view name;
  Kind kind = Kind::kText;
  bool required = true;
};

/// Longest text value in bytes.
inline constexpr std::size_t kTextMax = 1024;

class Fields {
 public:
  /// The values in the order of `expected`. Errors are kInvalid.
  [[nodiscard]] static base::Result<Fields> parse(std::string_view json, const std::vector<Field>& expected);

  [[nodiscard]] bool has(std::size_t index) const { return values_[index].present; }
  /// Empty when absent.
  [[nodiscard]] const std::string& text(std::size_t index) const { return values_[index].text; }
  [[nodiscard]] std::int64_t integer(std::size_t index) const { return values_[index].integer; }

 private:
  friend class FieldReader;
  /// False, with nothing read, unless the body is plain texts alone and all of them are expected.
  [[nodiscard]] bool read_plain(std::string_view json, const std::vector<Field>& expected);

  struct Value {
    bool present = false;
    std::string text;
    std::int64_t integer = 0;
  };
  std::vector<Value> values_;
};

}  // namespace coupon::srv
