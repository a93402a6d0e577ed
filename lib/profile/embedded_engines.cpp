#include "profile/embedded_engines.hpp"

#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "gate/sqlite_gate.hpp"
#include "journal/sqlite_journal.hpp"
#include "ledger/migrations.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "net/sql/group_commit.hpp"
#include "net/sql/sqlite.hpp"

namespace coupon::profile {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kLedgerGroup = "ledger";
// Between attempts to open a locked store, each of which waits for itself.
constexpr std::chrono::milliseconds kPause(50);

Result<std::unique_ptr<net::sql::Database>> open_file(const EngineConfig& config, bool read_only) {
  auto path = sqlite_path(config.store);
  if (!path) return std::unexpected(path.error());
  std::error_code error;
  const bool there = std::filesystem::exists(*path, error);
  if (!there && (!config.create || read_only)) {
    return fail(Errc::kNotFound, fmt::format("there is no store {}: create a coupon first, or check --store", *path));
  }
  net::sql::SqliteConfig sqlite;
  sqlite.path = std::move(*path);
  sqlite.read_only = read_only;
  sqlite.create = config.create;
  sqlite.busy_timeout_ms = config.store_busy_ms;
  return net::sql::Database::open(sqlite);
}

Result<std::unique_ptr<net::sql::Database>> open_migrated(const EngineConfig& config) {
  auto database = open_file(config, /*read_only=*/false);
  if (!database) return database;
  if (const auto done = ledger::migrate(**database); !done) return std::unexpected(done.error().in(config.store));
  return database;
}

// Another program that has the file to itself, or a disk that is slow to let go of one that was killed.
Result<std::unique_ptr<net::sql::Database>> open_unlocked(const EngineConfig& config, const Stopping& stopping) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(config.start_timeout_ms);
  for (bool told = false;; told = true) {
    auto database = open_migrated(config);
    const bool locked = !database && database.error().code == Errc::kBusy;
    if (!locked || std::chrono::steady_clock::now() >= until || gives_up(stopping)) return database;
    if (!told) base::log::warn("waiting: {}", database.error().message);
    std::this_thread::sleep_for(kPause);
  }
}

class EmbeddedEngines final : public Engines {
 public:
  EmbeddedEngines(std::unique_ptr<net::sql::Database> database, const EngineConfig& config, const base::Clock& clock,
                  base::Metrics& metrics)
      : clock_(clock),
        store_(std::move(database), {.queue_max = static_cast<std::size_t>(config.store_queue_max)}, metrics),
        ledger_(store_, clock) {}

  std::unique_ptr<Gate> gate(base::Executor& executor) override {
    return std::make_unique<gate::SqliteGate>(store_, clock_, executor);
  }
  std::unique_ptr<Journal> journal(base::Executor& executor, Stream stream) override {
    if (stream != Stream::kGrants) return nullptr;
    return std::make_unique<journal::SqliteJournal>(store_, clock_, executor);
  }
  Result<std::unique_ptr<JournalReader>> reader(Stream stream) override {
    if (stream != Stream::kGrants) return fail(Errc::kInvalid, "an embedded store has the grants' stream only");
    return std::make_unique<journal::SqliteJournalReader>(store_, std::string(kLedgerGroup));
  }
  Ledger& ledger() override { return ledger_; }
  bool embedded() const override { return true; }
  std::string trouble() override { return {}; }
  Result<> await(const Stopping& /*stopping*/) override { return {}; }

 private:
  const base::Clock& clock_;
  net::sql::GroupCommit store_;
  ledger::SqliteLedger ledger_;
};

}  // namespace

Result<std::unique_ptr<Engines>> open_embedded(const EngineConfig& config, const base::Clock& clock,
                                               base::Metrics& metrics, const Stopping& stopping) {
  auto database = open_unlocked(config, stopping);
  if (!database) return std::unexpected(database.error());
  return std::make_unique<EmbeddedEngines>(std::move(*database), config, clock, metrics);
}

Result<std::vector<Migration>> embedded_migrations(const EngineConfig& config) {
  std::vector<Migration> all;
  auto database = open_file(config, /*read_only=*/true);
  if (!database && database.error().code == Errc::kNotFound) {
    for (const auto& one : ledger::sqlite_migrations()) all.push_back({one.number, one.name, 0});
    return all;
  }
  if (!database) return std::unexpected(database.error());
  const auto status = ledger::migration_status(**database);
  if (!status) return std::unexpected(status.error().in(config.store));
  for (const auto& one : *status) all.push_back({one.number, one.name, one.applied_ms});
  return all;
}

Result<int> migrate_embedded(const EngineConfig& config) {
  auto database = open_file(config, /*read_only=*/false);
  if (!database) return std::unexpected(database.error());
  auto count = ledger::migrate(**database);
  if (!count) return std::unexpected(count.error().in(config.store));
  return count;
}

}  // namespace coupon::profile
