#pragma once
// What a thread that may block needs to run use cases on the engines, put together.

#include <cstdint>
#include <memory>

#include "profile/engines.hpp"
#include "service/backend.hpp"
#include "service/relay.hpp"

namespace coupon::profile {

/// One thread at a time. Engines, clock and metrics must outlive it.
class Workbench {
 public:
  /// `drain_timeout_ms`: longest wait for the ledger to catch up with the journal.
  Workbench(Engines& engines, const base::Clock& clock, base::Metrics& metrics, std::int64_t drain_timeout_ms = 60'000);

  [[nodiscard]] service::Backend& backend() { return backend_; }

 private:
  base::InlineExecutor executor_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<JournalReader> reader_;
  service::Persister persister_;
  service::Backend backend_;
};

/// Everything that service::Worker runs on, in the order of its life.
struct WorkerParts {
  WorkerParts(Engines& engines, base::Metrics& metrics, service::PersisterConfig persist, service::RelayConfig relay);

  base::InlineExecutor executor;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<JournalReader> reader;
  service::Persister persister;
  service::Relay relay;
};

}  // namespace coupon::profile
