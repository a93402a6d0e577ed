#include "net/kafka/log_valve.hpp"

#include <utility>

namespace coupon::net::kafka {

std::optional<std::int64_t> LogValve::pass(std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  if (!since_ms_ || now_ms - *since_ms_ >= window_ms_) {
    since_ms_ = now_ms;
    written_ = 0;
  }
  if (written_ == lines_) {
    ++held_back_;
    return std::nullopt;
  }
  ++written_;
  return std::exchange(held_back_, 0);
}

}  // namespace coupon::net::kafka
