#include "net/kafka/conf.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <syslog.h>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/kafka/error.hpp"
#include "net/kafka/log_valve.hpp"

namespace coupon::net::kafka {

using base::Errc;
using base::fail;

namespace {

constexpr int kLogLines = 20;
constexpr std::int64_t kLogWindowMs = 10'000;
constexpr std::int64_t kReconnectFirstMs = 50;
// A broker that starts accepts connections before it answers; the next attempt may find it ready.
constexpr std::int64_t kConnectMs = 3'000;

// What the guarantees rest on, and what has a setting of its own.
constexpr std::array<std::string_view, 22> kReserved = {"acks",
                                                        "allow.auto.create.topics",
                                                        "auto.commit.enable",
                                                        "auto.offset.reset",
                                                        "bootstrap.servers",
                                                        "client.id",
                                                        "delivery.timeout.ms",
                                                        "enable.auto.commit",
                                                        "enable.auto.offset.store",
                                                        "enable.gapless.guarantee",
                                                        "enable.idempotence",
                                                        "group.id",
                                                        "group.instance.id",
                                                        "message.timeout.ms",
                                                        "metadata.broker.list",
                                                        "partition.assignment.strategy",
                                                        "partitioner",
                                                        "queue.buffering.max.kbytes",
                                                        "queue.buffering.max.messages",
                                                        "request.required.acks",
                                                        "session.timeout.ms",
                                                        "transactional.id"};

// Properties passed through are set on every client, and each warns of those that are for the other kind.
bool is_for_the_other_kind(std::string_view facility, std::string_view text) {
  return facility == "CONFWARN" && text.find("property and will be ignored by this") != std::string_view::npos;
}

void write_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  static LogValve valve(kLogLines, kLogWindowMs);
  static const base::SystemClock kClock;
  const bool telling = level <= LOG_WARNING && !is_for_the_other_kind(facility, text);
  const auto severity = !telling           ? base::log::Level::kDebug
                        : level <= LOG_ERR ? base::log::Level::kError
                                           : base::log::Level::kWarn;
  if (!base::log::enabled(severity)) return;
  const auto held_back = valve.pass(kClock.wall_ms());
  if (!held_back) return;
  auto line = fmt::format("kafka: {}: {}: {}", client == nullptr ? "client" : rd_kafka_name(client), facility, text);
  if (*held_back > 0) line += fmt::format(" ({} lines held back before)", *held_back);
  base::log::write(severity, line);
}

bool may_be_secret(std::string_view name) {
  constexpr std::array<std::string_view, 5> kMarks = {"password", "secret", "pem", "oauthbearer", "jaas"};
  return std::ranges::any_of(kMarks, [name](auto mark) { return name.find(mark) != std::string_view::npos; });
}

}  // namespace

base::Result<> check_property(std::string_view name) {
  if (std::ranges::find(kReserved, name) == kReserved.end()) return {};
  return fail(Errc::kInvalid,
              fmt::format("Kafka property '{}' is set by this program: leave it out, or use its setting", name));
}

Conf::Conf(const Config& config) : config_(config) {
  rd_kafka_conf_set_log_cb(conf_.get(), write_log);
  set("bootstrap.servers", config.brokers);
  set("client.id", config.client_id);
  set("log.connection.close", "false");
  set("socket.nagle.disable", "true");
  set("socket.keepalive.enable", "true");
  set("socket.connection.setup.timeout.ms", kConnectMs);
  set("allow.auto.create.topics", "false");
  set("reconnect.backoff.ms", std::min(kReconnectFirstMs, config.reconnect_max_ms));
  set("reconnect.backoff.max.ms", config.reconnect_max_ms);
  set("topic.metadata.refresh.interval.ms", config.refresh_ms);
}

Conf& Conf::set(const char* name, const std::string& value) {
  if (mistake_) return *this;
  std::array<char, kMessageBytes> text{};
  if (rd_kafka_conf_set(conf_.get(), name, value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK) {
    const std::string_view why = may_be_secret(name) ? "its value is not accepted" : text.data();
    mistake_ = base::Error{Errc::kInvalid, fmt::format("Kafka property '{}': {}", name, why)};
  }
  return *this;
}

base::Result<Client> Conf::create(rd_kafka_type_t type) {
  if (config_.brokers.empty()) return fail(Errc::kInvalid, "no Kafka broker is given: host:port,host:port");
  for (const auto& [name, value] : config_.properties) {
    COUPON_TRY(check_property(name));
    set(name.c_str(), value);
  }
  if (mistake_) return std::unexpected(*mistake_);
  std::array<char, kMessageBytes> text{};
  Client client(rd_kafka_new(type, conf_.get(), text.data(), text.size()));
  if (!client) return fail(Errc::kInvalid, fmt::format("Kafka client: {}", text.data()));
  conf_.release();  // NOLINT(bugprone-unused-return-value): the client owns it now
  return client;
}

}  // namespace coupon::net::kafka
