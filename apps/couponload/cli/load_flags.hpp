#pragma once
// Flags of the load commands, group by group. Part of LoadCommandLine.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <fmt/core.h>
#include <string>
#include <string_view>

#include "base/settings.hpp"
#include "couponload/cli/load_options.hpp"

namespace coupon::load {

inline constexpr std::int64_t kUsersMax = 1'000'000;
inline constexpr std::int64_t kConnectionsMax = 100'000;
inline constexpr std::int64_t kThreadsMax = 64;
inline constexpr std::int64_t kTimeMaxMs = 3'600'000;
inline constexpr std::int64_t kRetriesMax = 10;

/// What the command line holds in its own types until it is turned into LoadOptions.
struct LoadFlags {
  CLI::App* app;
  base::Settings settings;
  LoadOptions options = {};
  std::int64_t users = 10'000;
  std::int64_t threads = 1;
  std::int64_t same_user = 1;
  std::int64_t same_key = 1;
  std::int64_t seed = 1;
  std::int64_t repeat = 1;
  std::int64_t retries = 0;
  std::int64_t connections = 256;
  std::int64_t run_delay_percent = 10;
  bool no_prime = false;

  /// With a short name; Settings knows long names only.
  void add_number(const std::string& names, const std::string& name, const std::string& description,
                  std::int64_t& target, std::int64_t max);
  /// -d: at least a millisecond.
  void add_duration(const std::string& names, const std::string& name, const std::string& description,
                    std::int64_t& target_ms);

  void add_common();
  void add_burst();
  void add_rate();
  void add_closed();

 private:
  void add_who();
  void add_together();
  void add_paced();
  void add_limits();
  void add_output();
};

template <class T>
T value_or_usage(base::Result<T> result, std::string_view flag) {
  if (!result) throw CLI::ValidationError(fmt::format("{}: {}", flag, result.error().message));
  return std::move(*result);
}

}  // namespace coupon::load
