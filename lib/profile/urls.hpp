#pragma once
// URLs of servers, taken apart. A password in one is refused: it would show in process lists and logs.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace coupon::profile {

struct ServerUrl {
  bool tls = false;
  std::string user;
  std::string host;  ///< of kafka: all of them, "host:port,host:port"
  std::uint16_t port = 0;
  std::string path;  ///< behind the first '/'
};

/// Errors name `flag` and say what to write.
[[nodiscard]] base::Result<ServerUrl> parse_redis_url(std::string_view flag, const std::string& url);
[[nodiscard]] base::Result<ServerUrl> parse_kafka_url(std::string_view flag, const std::string& url);
[[nodiscard]] base::Result<ServerUrl> parse_mysql_url(std::string_view flag, const std::string& url);

}  // namespace coupon::profile
