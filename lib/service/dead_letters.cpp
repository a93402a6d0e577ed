#include "service/dead_letters.hpp"

#include <utility>

namespace coupon::service {

using base::Result;

// model: Redrive
Result<RedriveReport> redrive_letter(Backend& backend, Announcer* announcer, std::int64_t id) {
  auto report = backend.ledger.redrive(id);
  if (!report || announcer == nullptr || !report->inserted) return report;
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
