#pragma once
// Arguments that several subcommands take.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "coupon/names.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace coupon::ctl {

/// Adds the required argument CODE. It is checked while parsing; call `get` afterwards.
class CodeArgument {
 public:
  explicit CodeArgument(CLI::App& command);
  [[nodiscard]] const CouponCode& get() const { return **value_; }

 private:
  std::shared_ptr<std::optional<CouponCode>> value_ = std::make_shared<std::optional<CouponCode>>();
};

/// Adds a whole number option; checked while parsing, the error names it.
CLI::Option* add_number(CLI::App& command, const std::string& name, std::int64_t& target, std::int64_t min,
                        std::int64_t max, const std::string& description);
/// Adds an option for an instant (RFC 3339 or milliseconds since 1970).
CLI::Option* add_instant(CLI::App& command, const std::string& name, std::int64_t& target_ms,
                         const std::string& description);

}  // namespace coupon::ctl
