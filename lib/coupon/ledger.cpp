#include "coupon/ledger.hpp"

#include <charconv>
#include <fmt/format.h>
#include <utility>

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

namespace {

// The rank that a damaged value still shows; 0 when it shows none.
std::int64_t rank_in(std::string_view value) {
  constexpr std::string_view kField = "\"rank\":";
  const auto found = value.find(kField);
  if (found == std::string_view::npos) return 0;
  value.remove_prefix(found + kField.size());
  std::int64_t rank = 0;
  const auto* const end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, rank);
  // Digits up to the very end may have lost some.
  if (read.ec != std::errc{} || read.ptr == end || rank < 1 || rank > kQuotaMax) return 0;
  return rank;
}

}  // namespace

std::optional<GrantEvent> event_of(const DeadLetter& letter) {
  auto event = decode(letter.record.value);
  if (event) return std::move(*event);
  if (event.error().code == base::Errc::kUnsupported) return std::nullopt;
  if (!letter.code || !letter.member || !letter.grant) return std::nullopt;
  return GrantEvent{
      *letter.code, *letter.member, *letter.grant, rank_in(letter.record.value), letter.grant->created_ms(),
      letter.epoch};
}

std::string_view name_of(RedriveOutcome outcome) {
  switch (outcome) {
    case RedriveOutcome::kInserted: return "inserted";
    case RedriveOutcome::kPresent: return "present";
    case RedriveOutcome::kLateCopy: return "late_copy";
    case RedriveOutcome::kDisplaced: return "displaced";
    case RedriveOutcome::kFull: return "full";
    case RedriveOutcome::kOrphan: return "orphan";
    case RedriveOutcome::kUnreadable: return "unreadable";
    case RedriveOutcome::kRejected: return "rejected";
  }
  return "unreadable";
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
