#pragma once
// Bounds what a talkative library writes into the log.

#include <cstdint>
#include <mutex>
#include <optional>

namespace coupon::net::kafka {

/// Lets `lines` through in any window of `window_ms`, and says how many it held back. Thread-safe.
class LogValve {
 public:
  LogValve(int lines, std::int64_t window_ms) : lines_(lines), window_ms_(window_ms) {}

  /// May a line be written now? Empty: no. Otherwise how many were held back since the last one that was written.
  [[nodiscard]] std::optional<std::int64_t> pass(std::int64_t now_ms);

 private:
  const int lines_;
  const std::int64_t window_ms_;
  std::mutex mutex_;
  std::optional<std::int64_t> since_ms_;
  int written_ = 0;
  std::int64_t held_back_ = 0;
};

}  // namespace coupon::net::kafka
