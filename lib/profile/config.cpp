#include "profile/config.hpp"

#include <fmt/format.h>
#include <string_view>

#include "profile/servers.hpp"

namespace coupon::profile {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kSqliteScheme = "sqlite:";
constexpr std::int64_t kTimeoutMaxMs = 600'000;
constexpr std::int64_t kQueueMax = 1'000'000;
constexpr std::int64_t kConnectionsMax = 1'000;

std::string missing_of(const EngineConfig& config) {
  std::string missing;
  const auto note = [&missing](const std::string& value, std::string_view flag) {
    if (value.empty()) missing += (missing.empty() ? "" : " and ") + std::string(flag);
  };
  note(config.gate, "--gate");
  note(config.journal, "--journal");
  note(config.ledger, "--ledger");
  return missing;
}

void add_server_settings(base::Settings& settings, EngineConfig& config) {
  settings.text({"gate", "who decides, on servers: redis://[USER@]HOST[:PORT][/DATABASE], rediss:// with TLS"},
                config.gate);
  settings.text({"journal", "what carries grants, on servers: kafka://HOST[:PORT],…[/TOPIC]"}, config.journal);
  settings.text({"ledger", "what keeps the truth, on servers: mysql://[USER@]HOST[:PORT]/DATABASE, mysqls:// with TLS"},
                config.ledger);
  settings.secret({"gate-password", "Redis's password"}, config.gate_password);
  settings.secret({"journal-password", "Kafka's SASL password"}, config.journal_password);
  settings.secret({"ledger-password", "MySQL's password"}, config.ledger_password);
  settings.text({"journal-user", "Kafka's SASL user"}, config.journal_user);
  settings.text({"journal-properties", "librdkafka's own, as NAME=VALUE,NAME=VALUE"}, config.journal_properties);
  settings.text({"journal-group", "consumer group of the workers"}, config.journal_group);
  settings.text({"tls-ca", "file of the certificates to trust; by default the system's"}, config.tls_ca);
}

void add_server_bounds(base::Settings& settings, EngineConfig& config) {
  settings.duration({"gate-timeout", "from a call to Redis to its reply"}, config.gate_timeout_ms, kTimeoutMaxMs);
  settings.duration({"gate-grace", "until a relay may publish a grant that couponsrv has not; above --deadline"},
                    config.gate_grace_ms, kTimeoutMaxMs);
  settings.duration(
      {"gate-isolation", "how long a Redis master that was cut off may serve: its min-replicas-max-lag and 2s"},
      config.gate_isolation_ms, kTimeoutMaxMs);
  settings.duration({"journal-timeout", "for Kafka to acknowledge a record"}, config.journal_timeout_ms, kTimeoutMaxMs);
  settings.integer({"journal-queue", "records waiting for Kafka; above, 503"}, config.journal_queue_max, 1, kQueueMax);
  settings.duration({"journal-session", "a worker that is silent this long loses its partitions"},
                    config.journal_session_ms, kTimeoutMaxMs);
  settings.duration(
      {"ledger-timeout", "for one statement of MySQL's, and for its silence between two of a transaction"},
      config.ledger_timeout_ms, kTimeoutMaxMs);
  settings.integer({"ledger-connections", "connections to MySQL"}, config.ledger_connections_max, 1, kConnectionsMax);
  settings.duration({"start-timeout", "for the servers, or a locked store, to be there at the start; then exit 1"},
                    config.start_timeout_ms, kTimeoutMaxMs);
}

}  // namespace

std::string EngineConfig::text() const { return embedded() ? store : fmt::format("{}, {}, {}", gate, journal, ledger); }

Result<std::string> sqlite_path(const std::string& url) {
  if (!url.starts_with(kSqliteScheme)) {
    return fail(Errc::kInvalid, fmt::format("--store: '{}' is not a store; use sqlite:FILE, for example "
                                            "sqlite:coupon.db",
                                            url));
  }
  auto path = url.substr(kSqliteScheme.size());
  if (path.empty() || path == ":memory:" || path.starts_with("file:") || path.find('\0') != std::string::npos) {
    return fail(Errc::kInvalid, "--store: sqlite: needs the path of a file: grants must survive a crash");
  }
  return path;
}

void add_settings(base::Settings& settings, EngineConfig& config) {
  settings.text({"store", "where everything is kept, without servers: sqlite:FILE"}, config.store);
  settings.duration({"store-busy", "longest wait for another process's transaction on the store"}, config.store_busy_ms,
                    kTimeoutMaxMs);
  settings.integer({"store-queue", "calls waiting for the store; above, callers are told to come back"},
                   config.store_queue_max, 1, kQueueMax);
  add_server_settings(settings, config);
  add_server_bounds(settings, config);
}

Result<> check(const EngineConfig& config) {
  if (config.embedded()) {
    const auto path = sqlite_path(config.store);
    if (!path) return std::unexpected(path.error());
    return {};
  }
  if (const auto missing = missing_of(config); !missing.empty()) {
    return fail(Errc::kInvalid,
                fmt::format("{} missing: gate, journal and ledger are given together, or a --store alone; a file and a "
                            "server cannot commit together",
                            missing));
  }
  if (config.store != EngineConfig{}.store) {
    return fail(
        Errc::kInvalid,
        "--store: give either a store, or gate, journal and ledger; a file and a server cannot commit together");
  }
  const auto servers = servers_of(config);
  if (!servers) return std::unexpected(servers.error());
  return {};
}

}  // namespace coupon::profile
