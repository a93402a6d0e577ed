#pragma once
// What each client library needs to know, from what the user said.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "coupon/journal.hpp"
#include "gate/redis_gate.hpp"
#include "net/kafka/consumer.hpp"
#include "net/kafka/producer.hpp"
#include "net/redis/client.hpp"
#include "net/sql/mysql.hpp"
#include "profile/config.hpp"

namespace coupon::profile {

struct Topics {
  std::string grants;
  std::string issued;
  std::string dead;

  [[nodiscard]] const std::string& of(Stream stream) const;
  [[nodiscard]] std::vector<std::string> all() const { return {grants, issued, dead}; }
};

struct Servers {
  net::redis::Config redis;
  gate::RedisGateConfig gate;
  net::kafka::Config kafka;
  net::kafka::ProducerConfig producer;
  net::kafka::ConsumerConfig consumer;
  Topics topics;
  net::sql::MysqlConfig mysql;
};

/// kInvalid, naming the flag. Opens nothing.
[[nodiscard]] base::Result<Servers> servers_of(const EngineConfig& config);

}  // namespace coupon::profile
