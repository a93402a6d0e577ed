#include "coupon/ledger.hpp"

#include <fmt/format.h>

namespace coupon {

std::string_view name_of(RowState state) {
  switch (state) {
    case RowState::kIssued: return "ISSUED";
    case RowState::kUsed: return "USED";
    case RowState::kRevoked: return "REVOKED";
  }
  return "REVOKED";
}

base::Result<RowState> parse_row_state(std::string_view text) {
  for (const auto state : {RowState::kIssued, RowState::kUsed, RowState::kRevoked}) {
    if (text == name_of(state)) return state;
  }
  return base::fail(base::Errc::kCorrupt, fmt::format("unknown row state '{}'", text));
}

std::string_view name_of(DeadLetterState state) {
  switch (state) {
    case DeadLetterState::kRetrying: return "RETRYING";
    case DeadLetterState::kOpen: return "OPEN";
    case DeadLetterState::kRedriven: return "REDRIVEN";
    case DeadLetterState::kDiscarded: return "DISCARDED";
    case DeadLetterState::kStale: return "STALE";
  }
  return "OPEN";
}

base::Result<DeadLetterState> parse_dead_letter_state(std::string_view text) {
  for (const auto state : {DeadLetterState::kRetrying, DeadLetterState::kOpen, DeadLetterState::kRedriven,
                           DeadLetterState::kDiscarded, DeadLetterState::kStale}) {
    if (text == name_of(state)) return state;
  }
  return base::fail(base::Errc::kCorrupt, fmt::format("unknown dead letter state '{}'", text));
}

std::string_view name_of(PersistOutcome outcome) {
  switch (outcome) {
    case PersistOutcome::kInserted: return "inserted";
    case PersistOutcome::kPresent: return "present";
    case PersistOutcome::kLateCopy: return "late_copy";
    case PersistOutcome::kStale: return "stale";
    case PersistOutcome::kDisplaced: return "displaced";
    case PersistOutcome::kOrphan: return "orphan";
  }
  return "orphan";
}

}  // namespace coupon
