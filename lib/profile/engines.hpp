#pragma once
// The engines and their start: this is the only room that knows every engine by name, so that programs and use cases
// know none.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "coupon/gate.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"
#include "profile/config.hpp"

namespace coupon::profile {

/// Asked again and again while something is waited for: true gives up. Empty: never.
using Stopping = std::function<bool()>;
[[nodiscard]] inline bool gives_up(const Stopping& stopping) { return stopping && stopping(); }

/// The open engines. Thread-safe. What it makes must end before it does.
class Engines {
 public:
  /// Embedded: opens the store and brings its schema up to date; one that another process has locked is tried
  /// again, each time for as long as --store-busy, until the start timeout is over. Errors carry the remedy (missing
  /// folder, not permitted, corrupt, made by a newer program, disk full). Servers: connects to none yet. `clock` and
  /// `metrics` must outlive the engines.
  [[nodiscard]] static base::Result<std::unique_ptr<Engines>> open(const EngineConfig& config, const base::Clock& clock,
                                                                   base::Metrics& metrics,
                                                                   const Stopping& stopping = {});
  virtual ~Engines() = default;
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  /// One per thread; completions are posted to `executor`, which must outlive the engines: their end completes what
  /// is still under way.
  [[nodiscard]] virtual std::unique_ptr<Gate> gate(base::Executor& executor) = 0;
  /// The same; only of engines that were opened with `appends`. Null for a stream that these engines do not have.
  [[nodiscard]] virtual std::unique_ptr<Journal> journal(base::Executor& executor, Stream stream = Stream::kGrants) = 0;
  /// Of the grants: a member of the group that fills the ledger. Of another stream: a group of its own, which begins
  /// with what is there. kInvalid for a stream that these engines do not have.
  [[nodiscard]] virtual base::Result<std::unique_ptr<JournalReader>> reader(Stream stream = Stream::kGrants) = 0;
  [[nodiscard]] virtual Ledger& ledger() = 0;
  /// True when any process can do the worker's part for itself, because the journal is in the same store.
  [[nodiscard]] virtual bool embedded() const = 0;

  /// Empty, or which of gate and journal cannot be used now, and why. Does not block. The ledger's ping says the rest.
  [[nodiscard]] virtual std::string trouble() = 0;
  /// Blocks until every engine can be used, up to the start timeout: the Error names the engine, the reason and the
  /// remedy. What waiting cannot mend (a wrong password, a missing table, another schema) ends it at once; a missing
  /// topic is waited for, since a running program takes it up by itself.
  [[nodiscard]] virtual base::Result<> await(const Stopping& stopping = {}) = 0;

 protected:
  Engines() = default;
};

/// One schema change, and when it was applied (0: it is missing).
struct Migration {
  int number = 0;
  std::string name;
  std::int64_t applied_ms = 0;
};

/// What the ledger's store has and lacks; changes nothing. A file that does not exist lacks everything.
[[nodiscard]] base::Result<std::vector<Migration>> migrations(const EngineConfig& config);
/// Applies what is missing, making the file if there is none; answers how many.
[[nodiscard]] base::Result<int> migrate(const EngineConfig& config);

}  // namespace coupon::profile
