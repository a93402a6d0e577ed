#pragma once
// Which engines a program runs on, as its user says it.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/settings.hpp"

namespace coupon::profile {

/// One embedded store, or three servers: gate, journal and ledger are given together or not at all.
struct EngineConfig {
  std::string store = "sqlite:coupon.db";
  std::int64_t store_busy_ms = 5'000;     ///< longest wait for another process's transaction
  std::int64_t store_queue_max = 10'000;  ///< calls waiting for the store; above: kBusy
  bool create = true;                     ///< make the store if it is missing; false: kNotFound
  bool appends = true;                    ///< the program writes to the journal

  std::string gate;     ///< redis://[USER@]HOST[:PORT][/DATABASE], rediss:// with TLS
  std::string journal;  ///< kafka://HOST[:PORT][,HOST[:PORT]…][/TOPIC]
  std::string ledger;   ///< mysql://[USER@]HOST[:PORT]/DATABASE, mysqls:// with TLS
  std::string gate_password;
  std::string journal_password;
  std::string ledger_password;
  std::string tls_ca;              ///< certificates to trust, of all three; empty: the system's
  std::string journal_user;        ///< SASL
  std::string journal_properties;  ///< NAME=VALUE,NAME=VALUE for librdkafka
  std::string journal_group = "coupon-ledger";
  std::int64_t gate_timeout_ms = 2'000;  ///< from a call to Redis to its reply
  std::int64_t gate_grace_ms = 5'000;    ///< until a relay may publish a grant that its author did not
  std::int64_t gate_isolation_ms =
      12'000;  ///< how long a master that was cut off may serve: min-replicas-max-lag + 2 s
  std::int64_t journal_timeout_ms = 8'000;   ///< from an append to its acknowledgement
  std::int64_t journal_queue_max = 100'000;  ///< records without an acknowledgement; above: kBusy
  std::int64_t journal_session_ms = 10'000;  ///< a worker that is silent this long loses its partitions
  std::int64_t ledger_timeout_ms = 10'000;   ///< for one statement, and the silence between two of a transaction
  std::int64_t ledger_connections_max = 8;
  std::int64_t start_timeout_ms = 15'000;  ///< longest wait for the servers, or a locked store, at a start

  [[nodiscard]] bool embedded() const { return gate.empty() && journal.empty() && ledger.empty(); }
  /// For people: the store, or the three URLs. Never a password.
  [[nodiscard]] std::string text() const;
};

/// All of it, as flags, keys and COUPON_* variables.
void add_settings(base::Settings& settings, EngineConfig& config);

/// Checks the URLs without opening anything. The error is a usage error: it names the flag and the remedy.
[[nodiscard]] base::Result<> check(const EngineConfig& config);

/// The file of --store.
[[nodiscard]] base::Result<std::string> sqlite_path(const std::string& url);

}  // namespace coupon::profile
