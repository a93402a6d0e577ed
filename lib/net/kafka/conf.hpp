#pragma once
// Internal: builds a librdkafka client from a Config.

#include <optional>
#include <string>

#include "net/kafka/config.hpp"
#include "net/kafka/rdkafka.hpp"

namespace coupon::net::kafka {

/// Collects properties; the first mistake is kept and comes out of create().
class Conf {
 public:
  explicit Conf(const Config& config);

  Conf& set(const char* name, const std::string& value);
  Conf& set(const char* name, std::int64_t value) { return set(name, std::to_string(value)); }
  /// For callbacks; valid until create().
  [[nodiscard]] rd_kafka_conf_t* get() { return conf_.get(); }

  /// Applies the caller's properties last, so that they can tune what is not refused.
  [[nodiscard]] base::Result<Client> create(rd_kafka_type_t type);

 private:
  const Config& config_;
  ConfOwner conf_{rd_kafka_conf_new()};
  std::optional<base::Error> mistake_;
};

}  // namespace coupon::net::kafka
