#include "profile/servers.hpp"

#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "profile/urls.hpp"

namespace coupon::profile {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kTopic = "coupon-grants";
constexpr std::string_view kGrantsSuffix = "-grants";

Result<> read_gate(const EngineConfig& config, Servers& servers) {
  const auto url = parse_redis_url("gate", config.gate);
  if (!url) return std::unexpected(url.error());
  auto& redis = servers.redis;
  redis.host = url->host;
  redis.port = url->port;
  redis.database = url->path.empty() ? 0 : std::stoi(url->path);
  redis.user = url->user;
  redis.password = config.gate_password;
  redis.tls = url->tls;
  redis.tls_ca = config.tls_ca;
  redis.connect_timeout_ms = config.gate_timeout_ms;
  redis.call_timeout_ms = config.gate_timeout_ms;
  servers.gate = {config.gate_grace_ms, config.gate_isolation_ms};
  return {};
}

// NAME=VALUE,NAME=VALUE
Result<> read_properties(const std::string& text, net::kafka::Config& kafka) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto one = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const auto equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return fail(Errc::kInvalid, fmt::format("--journal-properties: '{}' is not NAME=VALUE", one));
    }
    const std::string name(one.substr(0, equals));
    if (auto good = net::kafka::check_property(name); !good) {
      return std::unexpected(good.error().in("--journal-properties"));
    }
    kafka.properties[name] = one.substr(equals + 1);
  }
  return {};
}

// coupon-grants, coupon-issued, coupon-grants-dlt
Topics topics_of(const std::string& grants) {
  auto stem = grants;
  if (stem.ends_with(kGrantsSuffix)) stem.resize(stem.size() - kGrantsSuffix.size());
  return {grants, stem + "-issued", grants + "-dlt"};
}

Result<> read_journal(const EngineConfig& config, Servers& servers) {
  const auto url = parse_kafka_url("journal", config.journal);
  if (!url) return std::unexpected(url.error());
  auto& kafka = servers.kafka;
  kafka.brokers = url->host;
  COUPON_TRY(read_properties(config.journal_properties, kafka));
  if (!config.journal_user.empty()) kafka.properties["sasl.username"] = config.journal_user;
  if (!config.journal_password.empty()) kafka.properties["sasl.password"] = config.journal_password;
  if (!config.tls_ca.empty()) kafka.properties["ssl.ca.location"] = config.tls_ca;
  servers.topics = topics_of(url->path.empty() ? std::string(kTopic) : url->path);
  servers.producer.message_timeout_ms = config.journal_timeout_ms;
  servers.producer.queue_records_max = config.journal_queue_max;
  servers.consumer.topic = servers.topics.grants;
  servers.consumer.group = config.journal_group;
  servers.consumer.session_timeout_ms = config.journal_session_ms;
  return {};
}

Result<> read_ledger(const EngineConfig& config, Servers& servers) {
  const auto url = parse_mysql_url("ledger", config.ledger);
  if (!url) return std::unexpected(url.error());
  auto& mysql = servers.mysql;
  mysql.host = url->host;
  mysql.port = url->port;
  if (!url->user.empty()) mysql.user = url->user;
  mysql.password = config.ledger_password;
  mysql.database = url->path;
  mysql.tls = url->tls;
  mysql.tls_ca = config.tls_ca;
  mysql.read_timeout_ms = config.ledger_timeout_ms;
  mysql.write_timeout_ms = config.ledger_timeout_ms;
  mysql.pool_max = static_cast<std::size_t>(config.ledger_connections_max);
  return {};
}

}  // namespace

const std::string& Topics::of(Stream stream) const {
  switch (stream) {
    case Stream::kGrants: return grants;
    case Stream::kIssued: return issued;
    case Stream::kDead: return dead;
  }
  return grants;
}

Result<Servers> servers_of(const EngineConfig& config) {
  Servers servers;
  COUPON_TRY(read_gate(config, servers));
  COUPON_TRY(read_journal(config, servers));
  COUPON_TRY(read_ledger(config, servers));
  return servers;
}

}  // namespace coupon::profile
