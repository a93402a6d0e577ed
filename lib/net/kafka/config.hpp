#pragma once
// How to reach a Kafka cluster; shared by producer, consumer and administration.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace coupon::net::kafka {

struct Config {
  std::string brokers = {};  ///< "host:port,host:port"
  /// librdkafka's own properties (security.protocol, sasl.*, ssl.*, tuning). May hold secrets: values are never logged.
  /// What the guarantees rest on (acks, offsets, assignment, timeouts that have a setting) is refused here.
  std::map<std::string, std::string> properties = {};
  std::string client_id = "coupon";         ///< how brokers name this program in their logs and quotas
  std::int64_t request_timeout_ms = 5'000;  ///< longest wait for metadata, offsets, commits and administration
  std::int64_t reconnect_max_ms = 1'000;    ///< longest pause between attempts to connect
  std::int64_t refresh_ms = 10'000;         ///< how often new partitions and topics are looked for
};

/// May `properties` hold it? kInvalid with the reason otherwise.
[[nodiscard]] base::Result<> check_property(std::string_view name);

}  // namespace coupon::net::kafka
