#pragma once
// Logging to stderr: one human line on a terminal, one JSON object a line otherwise. Thread-safe, does not block on
// anything but stderr itself. Results never go through here; they belong on stdout.

#include <fmt/core.h>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace coupon::base::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kAuto, kHuman, kJson };

struct Config {
  std::string program;  ///< appears in every JSON line
  Level level = Level::kInfo;
  Format format = Format::kAuto;
};

/// Call once, early in main; before that, lines go to stderr in human form. NO_COLOR is honoured.
void configure(const Config& config);

/// "debug", "info", "warn", "error".
[[nodiscard]] Result<Level> parse_level(std::string_view text);
/// "auto", "human", "json".
[[nodiscard]] Result<Format> parse_format(std::string_view text);

[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kWarn)) write(Level::kWarn, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kError)) write(Level::kError, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace coupon::base::log
