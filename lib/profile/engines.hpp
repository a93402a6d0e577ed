#pragma once
// Which engines a program runs on, chosen by URL alone, and their start: this is the only room that knows every engine
// by name, so that programs and use cases know none.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "base/settings.hpp"
#include "coupon/gate.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"

namespace coupon::profile {

struct EngineConfig {
  std::string store = "sqlite:coupon.db";
  std::int64_t store_busy_ms = 5'000;     ///< longest wait for another process's transaction
  std::int64_t store_queue_max = 10'000;  ///< calls waiting for the store; above: kBusy
  bool create = true;                     ///< make the store if it is missing; false: kNotFound
};

/// --store and the store's bounds, as flags, keys and COUPON_* variables.
void add_settings(base::Settings& settings, EngineConfig& config);

/// Checks the URLs without opening anything. The error is a usage error: it names the flag and the remedy.
[[nodiscard]] base::Result<> check(const EngineConfig& config);

/// The open engines. Thread-safe. What it makes must end before it does.
class Engines {
 public:
  /// Opens the store and brings its schema up to date. Errors carry the remedy (missing folder, not permitted,
  /// corrupt, made by a newer program, disk full). `clock` and `metrics` must outlive the engines.
  [[nodiscard]] static base::Result<std::unique_ptr<Engines>> open(const EngineConfig& config, const base::Clock& clock,
                                                                   base::Metrics& metrics);
  virtual ~Engines() = default;
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  /// One per thread; completions are posted to `executor`, which must outlive the engines: their end completes what
  /// is still under way.
  [[nodiscard]] virtual std::unique_ptr<Gate> gate(base::Executor& executor) = 0;
  [[nodiscard]] virtual std::unique_ptr<Journal> journal(base::Executor& executor) = 0;
  /// A reader of the group that fills the ledger.
  [[nodiscard]] virtual std::unique_ptr<JournalReader> reader() = 0;
  [[nodiscard]] virtual Ledger& ledger() = 0;
  /// True when any process can do the worker's part for itself, because the journal is in the same store.
  [[nodiscard]] virtual bool embedded() const = 0;

 protected:
  Engines() = default;
};

/// One schema change, and when it was applied (0: it is missing).
struct Migration {
  int number = 0;
  std::string name;
  std::int64_t applied_ms = 0;
};

/// What the store has and lacks; changes nothing. A store that does not exist lacks everything.
[[nodiscard]] base::Result<std::vector<Migration>> migrations(const EngineConfig& config);
/// Applies what is missing, making the store if there is none; answers how many.
[[nodiscard]] base::Result<int> migrate(const EngineConfig& config);

}  // namespace coupon::profile
