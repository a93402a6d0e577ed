#include "service/backend.hpp"

#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "base/backoff.hpp"
#include "base/log.hpp"

namespace coupon::service {

using base::Errc;
using base::Result;

namespace {
constexpr std::int64_t kDrainPauseMs = 5;
constexpr std::int64_t kDrainPauseMaxMs = 200;
constexpr std::int64_t kPatienceMs = 2'000;
}  // namespace

Drain drain_by_waiting(JournalReader& reader, const base::Clock& clock, std::int64_t timeout_ms) {
  return [&reader, &clock, timeout_ms](const Positions& ends) -> Result<> {
    const auto start_ns = clock.mono_ns();
    const auto deadline_ns = start_ns + timeout_ms * 1'000'000;
    bool told = false;
    base::Backoff backoff(kDrainPauseMs, kDrainPauseMaxMs);
    for (;;) {
      const auto committed = reader.committed();
      if (!committed) return std::unexpected(committed.error());
      const auto lag = lag_between(*committed, ends);
      if (lag == 0) return {};
      if (clock.mono_ns() >= deadline_ns) {
        return base::fail_retryable(
            Errc::kTimeout, fmt::format("{} records are not in the ledger yet: is a couponworker running?", lag));
      }
      if (!told && clock.mono_ns() - start_ns > kPatienceMs * 1'000'000) {
        told = true;
        base::log::warn("waiting for {} records that are not in the ledger yet: is a couponworker running?", lag);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(backoff.next_ms()));
    }
  };
}

Drain drain_by_persisting(Persister& persister, JournalReader& reader, const base::Clock& clock,
                          std::int64_t timeout_ms) {
  return [&persister, &reader, &clock, timeout_ms](const Positions& ends) -> Result<> {
    const auto deadline_ns = clock.mono_ns() + timeout_ms * 1'000'000;
    for (;;) {
      const auto committed = reader.committed();
      if (!committed) return std::unexpected(committed.error());
      const auto lag = lag_between(*committed, ends);
      if (lag == 0) return {};
      if (clock.mono_ns() >= deadline_ns) {
        return base::fail_retryable(Errc::kTimeout, fmt::format("{} records are not in the ledger yet", lag));
      }
      const auto pass = persister.pass(0);
      if (!pass) return std::unexpected(pass.error());
      if (pass->blocked) {
        return base::fail(Errc::kUnsupported, "the journal holds a record of a newer version: upgrade this program");
      }
    }
  };
}

// model: Drain
Result<> drain_all(Backend& backend) {
  const auto ends = backend.reader.end();
  if (!ends) return std::unexpected(ends.error());
  return backend.drain(*ends);
}

}  // namespace coupon::service
