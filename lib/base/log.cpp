#include "base/log.hpp"

#include <cstdlib>
#include <memory>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace coupon::base::log {

namespace {

struct State {
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("coupon", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  std::string program;
  bool json = false;
};

State& state() {
  static State instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarn: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void configure(const Config& config) {
  auto& current = state();
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  current.program = config.program;
  current.json = config.format == Format::kJson || (config.format == Format::kAuto && !terminal);
  const bool colour = !current.json && terminal && std::getenv("NO_COLOR") == nullptr;
  spdlog::sink_ptr sink;
  if (colour) {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  current.logger = std::make_shared<spdlog::logger>("coupon", std::move(sink));
  current.logger->set_pattern(current.json ? "%v" : "%H:%M:%S.%e %^%-5l%$ %v");
  current.logger->set_level(to_spdlog(config.level));
  current.logger->flush_on(spdlog::level::debug);
}

Result<Level> parse_level(std::string_view text) {
  if (text == "debug") return Level::kDebug;
  if (text == "info") return Level::kInfo;
  if (text == "warn") return Level::kWarn;
  if (text == "error") return Level::kError;
  return fail(Errc::kInvalid, "log-level must be debug, info, warn or error");
}

Result<Format> parse_format(std::string_view text) {
  if (text == "auto") return Format::kAuto;
  if (text == "human") return Format::kHuman;
  if (text == "json") return Format::kJson;
  return fail(Errc::kInvalid, "log-format must be auto, human or json");
}

bool enabled(Level level) { return state().logger->should_log(to_spdlog(level)); }

void write(Level level, std::string_view message) {
  auto& current = state();
  const auto to = to_spdlog(level);
  if (!current.json) {
    current.logger->log(to, message);
    return;
  }
  const auto name = spdlog::level::to_string_view(to);
  current.logger->log(to,
                      fmt::format(R"({{"time":"{}","level":"{}","program":"{}","message":"{}"}})",
                                  format_instant(SystemClock{}.wall_ms()), std::string_view(name.data(), name.size()),
                                  json_escape(current.program), json_escape(message)));
}

}  // namespace coupon::base::log
