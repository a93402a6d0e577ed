#pragma once
// The engines as a use case that may block sees them, and how it makes sure that the ledger has caught up.

#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "coupon/journal.hpp"
#include "coupon/ledger.hpp"
#include "service/blocking_gate.hpp"
#include "service/persister.hpp"

namespace coupon::service {

/// Blocks until everything before `ends` is in the ledger and committed. Errors: kTimeout; kUnsupported, when a record
/// of a newer version is in the way.
using Drain = std::function<base::Result<>(const Positions& ends)>;

/// By doing the work here: for an embedded store, where no worker need be running. All references must outlive it.
[[nodiscard]] Drain drain_by_persisting(Persister& persister, JournalReader& reader, const base::Clock& clock,
                                        std::int64_t timeout_ms);

/// By waiting for the workers to do it. All references must outlive it.
[[nodiscard]] Drain drain_by_waiting(JournalReader& reader, const base::Clock& clock, std::int64_t timeout_ms);

/// One thread at a time. Everything it refers to must outlive it.
struct Backend {
  BlockingGate gate;
  JournalReader& reader;
  Ledger& ledger;
  const base::Clock& clock;
  Drain drain;
};

/// Reads the journal's end and drains up to it.
[[nodiscard]] base::Result<> drain_all(Backend& backend);

}  // namespace coupon::service
