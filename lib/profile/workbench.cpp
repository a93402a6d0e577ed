#include "profile/workbench.hpp"

#include <utility>

namespace coupon::profile {

base::Result<std::unique_ptr<Workbench>> Workbench::open(Engines& engines, const base::Clock& clock,
                                                         base::Metrics& metrics, std::int64_t drain_timeout_ms) {
  std::unique_ptr<Workbench> bench(new Workbench);
  bench->gate_ = engines.gate(bench->executor_);
  auto reader = engines.reader();
  if (!reader) return std::unexpected(reader.error());
  bench->reader_ = std::move(*reader);
  service::Drain drain;
  if (engines.embedded()) {
    bench->persister_.emplace(*bench->reader_, engines.ledger(), service::PersisterConfig{}, metrics);
    drain = service::drain_by_persisting(*bench->persister_, *bench->reader_, clock, drain_timeout_ms);
  } else {
    drain = service::drain_by_waiting(*bench->reader_, clock, drain_timeout_ms);
  }
  bench->backend_.emplace(service::BlockingGate(*bench->gate_), *bench->reader_, engines.ledger(), clock,
                          std::move(drain));
  return bench;
}

}  // namespace coupon::profile
