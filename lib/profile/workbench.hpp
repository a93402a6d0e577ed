#pragma once
// What a thread that may block needs to run use cases on the engines, put together.

#include <cstdint>
#include <memory>
#include <optional>

#include "profile/engines.hpp"
#include "service/backend.hpp"

namespace coupon::profile {

/// One thread at a time. Engines, clock and metrics must outlive it.
class Workbench {
 public:
  /// `drain_timeout_ms`: longest wait for the ledger to catch up with the journal. An embedded store is drained here;
  /// on servers a couponworker has to do it.
  [[nodiscard]] static base::Result<std::unique_ptr<Workbench>> open(Engines& engines, const base::Clock& clock,
                                                                     base::Metrics& metrics,
                                                                     std::int64_t drain_timeout_ms = 60'000);

  [[nodiscard]] service::Backend& backend() { return *backend_; }

 private:
  Workbench() = default;

  base::InlineExecutor executor_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<JournalReader> reader_;
  std::optional<service::Persister> persister_;
  std::optional<service::Backend> backend_;
};

}  // namespace coupon::profile
