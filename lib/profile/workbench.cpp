#include "profile/workbench.hpp"

namespace coupon::profile {

Workbench::Workbench(Engines& engines, const base::Clock& clock, base::Metrics& metrics, std::int64_t drain_timeout_ms)
    : gate_(engines.gate(executor_)),
      reader_(engines.reader()),
      persister_(*reader_, engines.ledger(), {}, metrics),
      backend_{service::BlockingGate(*gate_), *reader_, engines.ledger(), clock,
               service::drain_by_persisting(persister_, *reader_, clock, drain_timeout_ms)} {}

WorkerParts::WorkerParts(Engines& engines, base::Metrics& metrics, service::PersisterConfig persist,
                         service::RelayConfig relay_config)
    : gate(engines.gate(executor)),
      journal(engines.journal(executor)),
      reader(engines.reader()),
      persister(*reader, engines.ledger(), persist, metrics),
      relay(*gate, *journal, engines.ledger(), relay_config, metrics) {}

}  // namespace coupon::profile
