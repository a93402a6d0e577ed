#include "profile/server_engines.hpp"

#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <utility>

#include "base/ids.hpp"
#include "gate/redis_gate.hpp"
#include "journal/kafka_journal.hpp"
#include "journal/kafka_reader.hpp"
#include "ledger/migrations.hpp"
#include "ledger/mysql_ledger.hpp"
#include "profile/servers.hpp"

namespace coupon::profile {

using base::Errc;
using base::Result;

namespace {

constexpr std::chrono::milliseconds kLook{50};  // between two looks at servers that are awaited

class ServerEngines final : public Engines {
 public:
  ServerEngines(Servers servers, std::unique_ptr<net::kafka::Producer> producer, std::int64_t start_timeout_ms,
                const base::Clock& clock, base::Metrics& metrics)
      : servers_(std::move(servers)),
        start_timeout_(start_timeout_ms),
        metrics_(metrics),
        watch_(loop_, servers_.redis, metrics),
        pool_(servers_.mysql),
        ledger_(pool_, clock),
        ids_(clock),
        producer_(std::move(producer)) {}

  std::unique_ptr<Gate> gate(base::Executor& executor) override {
    return std::make_unique<gate::RedisGate>(loop_, servers_.redis, servers_.gate, executor, metrics_);
  }

  std::unique_ptr<Journal> journal(base::Executor& executor, Stream stream) override {
    return std::make_unique<journal::KafkaJournal>(*producer_, executor, servers_.topics.of(stream));
  }

  Result<std::unique_ptr<JournalReader>> reader(Stream stream) override {
    auto settings = servers_.consumer;
    if (stream != Stream::kGrants) {
      settings.topic = servers_.topics.of(stream);
      settings.group += "-" + ids_.next().text();
    }
    auto consumer = net::kafka::Consumer::open(servers_.kafka, settings, metrics_);
    if (!consumer) return std::unexpected(consumer.error());
    return std::make_unique<journal::KafkaJournalReader>(std::move(*consumer));
  }

  Ledger& ledger() override { return ledger_; }
  bool embedded() const override { return false; }

  std::string trouble() override {
    if (const auto gate = watch_.ready(); !gate) return "gate: " + gate.error().message;
    if (!producer_) return {};
    auto journal = producer_->ready();
    return journal.empty() ? std::string() : "journal: " + journal;
  }

  Result<> await(const Stopping& stopping) override {
    const auto until = std::chrono::steady_clock::now() + start_timeout_;
    for (;;) {
      auto now = look();
      if (now || !now.error().retryable || std::chrono::steady_clock::now() >= until || gives_up(stopping)) return now;
      std::this_thread::sleep_for(kLook);
    }
  }

 private:
  Result<> look() {
    if (const auto gate = watch_.ready(); !gate) return std::unexpected(gate.error().in("gate"));
    if (auto trouble = this->trouble(); !trouble.empty()) {
      return base::fail_retryable(Errc::kUnavailable, std::move(trouble));
    }
    if (auto schema = ledger::require_schema(servers_.mysql); !schema)
      return std::unexpected(schema.error().in("ledger"));
    return {};
  }

  // The loop outlives the gates, and the producer ends before what its last completions are posted to does.
  Servers servers_;
  std::chrono::milliseconds start_timeout_;
  base::Metrics& metrics_;
  net::redis::Loop loop_;
  net::redis::Client watch_;  // says whether Redis is there, also before and between calls
  net::sql::MysqlPool pool_;
  ledger::MysqlLedger ledger_;
  base::UlidGenerator ids_;
  std::unique_ptr<net::kafka::Producer> producer_;  // none when nothing is appended
};

}  // namespace

Result<std::unique_ptr<Engines>> open_servers(const EngineConfig& config, const base::Clock& clock,
                                              base::Metrics& metrics) {
  auto servers = servers_of(config);
  if (!servers) return std::unexpected(servers.error());
  std::unique_ptr<net::kafka::Producer> producer;
  if (config.appends) {
    auto opened = net::kafka::Producer::open(servers->kafka, servers->producer, servers->topics.all(), metrics);
    if (!opened) return std::unexpected(opened.error().in("journal"));
    producer = std::move(*opened);
  }
  return std::make_unique<ServerEngines>(std::move(*servers), std::move(producer), config.start_timeout_ms, clock,
                                         metrics);
}

Result<std::vector<Migration>> server_migrations(const EngineConfig& config) {
  const auto servers = servers_of(config);
  if (!servers) return std::unexpected(servers.error());
  const auto status = ledger::migration_status(servers->mysql);
  if (!status) return std::unexpected(status.error());
  std::vector<Migration> all;
  for (const auto& one : *status) all.push_back({one.number, one.name, one.applied_ms});
  return all;
}

Result<int> migrate_servers(const EngineConfig& config) {
  const auto servers = servers_of(config);
  if (!servers) return std::unexpected(servers.error());
  return ledger::migrate(servers->mysql);
}

}  // namespace coupon::profile
