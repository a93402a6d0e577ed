#pragma once
// Internal: librdkafka's error codes as base::Error, with a remedy where there is one.

#include <string_view>

#include "base/result.hpp"
#include "net/kafka/rdkafka.hpp"

namespace coupon::net::kafka {

/// Room for the messages that librdkafka writes into a caller's buffer.
inline constexpr std::size_t kMessageBytes = 512;

/// `what` failed: becomes the start of the message.
[[nodiscard]] base::Error error_of(rd_kafka_resp_err_t code, std::string_view what);
[[nodiscard]] inline std::unexpected<base::Error> failed(rd_kafka_resp_err_t code, std::string_view what) {
  return std::unexpected(error_of(code, what));
}

[[nodiscard]] bool is_missing_topic(rd_kafka_resp_err_t code);
/// The group has moved on without this consumer: what it wanted to commit belongs to another one now.
[[nodiscard]] bool is_lost_membership(rd_kafka_resp_err_t code);
/// A partition's leader is starting or moving: the same request will succeed shortly.
[[nodiscard]] bool is_leader_moving(rd_kafka_resp_err_t code);
/// The group's coordinator is starting or moving: the same request will succeed shortly.
[[nodiscard]] bool is_coordinator_moving(rd_kafka_resp_err_t code);

}  // namespace coupon::net::kafka
