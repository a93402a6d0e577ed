#include "couponctl/arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <utility>

#include "base/text.hpp"

namespace coupon::ctl {

CodeArgument::CodeArgument(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "CODE",
          [value = value_](const std::string& text) {
            auto code = CouponCode::parse(text);
            if (!code) throw CLI::ValidationError(fmt::format("CODE is '{}' but {}", text, code.error().message));
            *value = std::move(*code);
          },
          "the coupon's code")
      ->required();
}

CLI::Option* add_number(CLI::App& command, const std::string& name, std::int64_t& target, std::int64_t min,
                        std::int64_t max, const std::string& description) {
  const auto set = [&target, name, min, max](const std::string& text) {
    const auto number = base::parse_integer(text, fmt::format("{} is '{}' but", name, text), min, max);
    if (!number) throw CLI::ValidationError(number.error().message);
    target = *number;
  };
  return command.add_option_function<std::string>(name, set, description)->type_name("N");
}

CLI::Option* add_instant(CLI::App& command, const std::string& name, std::int64_t& target_ms,
                         const std::string& description) {
  const auto set = [&target_ms, name](const std::string& text) {
    const auto ms = base::parse_instant_ms(text, fmt::format("{} is '{}' but", name, text));
    if (!ms) throw CLI::ValidationError(ms.error().message);
    target_ms = *ms;
  };
  return command.add_option_function<std::string>(name, set, description)->type_name("TIME");
}

}  // namespace coupon::ctl
