#include "service/dead_letters.hpp"

#include <utility>

#include "base/log.hpp"

namespace coupon::service {

using base::Result;

// model: Redrive
Result<RedriveReport> redrive_letter(Backend& backend, Announcer* announcer, std::int64_t id) {
  auto report = backend.ledger.redrive(id);
  if (!report || !report->inserted) return report;
  // The gate has held its place all the time, unless the letter is of a record that it never vouched for. Otherwise the
  // next reconcile would say so, after the place was given to somebody else.
  const auto& event = *report->inserted;
  const auto held = backend.gate.adopt(event.code, {event.id, event.member, event.rank, event.issued_ms, 0});
  if (!held) base::log::warn("dead letter {} is a row now, and the gate was not told: {}", id, held.error().message);
  if (announcer == nullptr) return report;
  if (auto told = announcer->start({encode(*report->inserted)}, {}).wait(); !told) {
    return std::unexpected(std::move(told.error()));
  }
  return report;
}

// model: Discard, Release
Result<DiscardResult> discard_letter(Backend& backend, std::int64_t id, std::string_view reason) {
  const auto report = backend.ledger.discard(id, reason);
  if (!report) return std::unexpected(report.error());
  if (!report->code || !report->revoked) return DiscardResult{};
  const auto released = backend.gate.revoke(*report->code, *report->revoked);
  if (!released) return std::unexpected(released.error().in("the letter is discarded, the gate did not answer"));
  return DiscardResult{true, *released};
}

}  // namespace coupon::service
