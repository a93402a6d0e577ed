#include "ledger/letters.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <random>
#include <utility>

namespace coupon::ledger {

using base::Errc;
using base::fail;

namespace {

// The first attempt comes when whatever was wrong has had a moment to pass.
constexpr std::int64_t kFirstAttemptMs = 1'000;

std::string_view explain(RedriveOutcome outcome) {
  switch (outcome) {
    case RedriveOutcome::kInserted:
    case RedriveOutcome::kPresent: return "";
    case RedriveOutcome::kLateCopy: return "the grant is revoked";
    case RedriveOutcome::kDisplaced: return "another grant of this member is live";
    case RedriveOutcome::kFull: return "the quota is reached: its place was given to somebody else";
    case RedriveOutcome::kOrphan: return "the ledger has no such coupon";
    case RedriveOutcome::kUnreadable: return "neither the value nor the headers name the grant";
    case RedriveOutcome::kRejected: return "the ledger refuses the row";
  }
  return "";
}

// Between half and all of the doubled wait, so that letters that failed together are not tried together.
std::int64_t wait_ms(const RetryPolicy& policy, int attempts) {
  constexpr int kDoublingsMax = 30;
  const auto factor = std::int64_t{1} << std::min(attempts - 1, kDoublingsMax);
  const auto most = std::min(policy.backoff_max_ms, std::max<std::int64_t>(policy.backoff_ms, 1) * factor);
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<std::int64_t>(std::max<std::int64_t>(most / 2, 1),
                                                     std::max<std::int64_t>(most, 1))(random);
}

}  // namespace

DeadLetter as_stored(DeadLetter letter, std::optional<std::uint32_t> epoch, std::int64_t now_ms) {
  if (!is_open(letter)) return letter;
  if (letter.epoch != 0 && epoch && letter.epoch < *epoch) {
    letter.state = DeadLetterState::kStale;
  } else if (letter.error_class == "orphan" || letter.error_class == "rejected") {
    letter.state = DeadLetterState::kRetrying;
    letter.next_attempt_ms = now_ms + kFirstAttemptMs;
  }
  return letter;
}

DeadLetter letter_of(const PersistItem& item, RedriveOutcome why) {
  DeadLetter letter;
  letter.record = item.record;
  letter.error_class = name_of(why);
  letter.error = explain(why);
  letter.code = item.event.code;
  letter.member = item.event.member;
  letter.grant = item.event.id;
  letter.epoch = item.event.epoch;
  return letter;
}

Attempt attempt_failed(RedriveOutcome outcome) { return {outcome, std::string(explain(outcome)), std::nullopt}; }

DeadLetter after_attempt(DeadLetter letter, const Attempt& attempt, const RetryPolicy* policy, std::int64_t now_ms) {
  letter.updated_ms = now_ms;
  ++letter.attempts;
  if (attempt.outcome == RedriveOutcome::kInserted || attempt.outcome == RedriveOutcome::kPresent) {
    letter.state = DeadLetterState::kRedriven;
    return letter;
  }
  letter.error = attempt.error;
  if (attempt.outcome == RedriveOutcome::kLateCopy) {
    letter.state = DeadLetterState::kDiscarded;
    letter.reason = attempt.error;
  } else if (policy != nullptr) {
    const bool enough = letter.attempts >= policy->attempts_max;
    letter.state = enough ? DeadLetterState::kOpen : DeadLetterState::kRetrying;
    letter.next_attempt_ms = enough ? 0 : now_ms + wait_ms(*policy, letter.attempts);
  }
  return letter;
}

void count(RetryPass& pass, const DeadLetter& after, const Attempt& attempt) {
  switch (after.state) {
    case DeadLetterState::kRedriven: ++pass.redriven; break;
    case DeadLetterState::kDiscarded: ++pass.discarded; break;
    case DeadLetterState::kRetrying: ++pass.put_off; break;
    case DeadLetterState::kOpen: ++pass.opened; break;
    case DeadLetterState::kStale: break;
  }
  if (attempt.outcome == RedriveOutcome::kInserted && attempt.event) pass.inserted.push_back(*attempt.event);
}

RedriveReport report_of(const Attempt& attempt) {
  RedriveReport report{attempt.outcome, std::nullopt};
  if (attempt.outcome == RedriveOutcome::kInserted) report.inserted = attempt.event;
  return report;
}

void add_place(const DeadLetter& letter, LedgerSnapshot& snapshot) {
  if (!letter.member || !letter.grant) return;
  const auto event = event_of(letter);
  snapshot.held.push_back({*letter.grant, *letter.member, event ? event->rank : 0,
                           event ? event->issued_ms : letter.grant->created_ms(), 0});
  snapshot.count_from(snapshot.held.back().rank);
}

bool blames_the_row(const base::Error& error) {
  return !error.retryable && (error.code == Errc::kInvalid || error.code == Errc::kConflict);
}

bool is_open(const DeadLetter& letter) {
  return letter.state == DeadLetterState::kRetrying || letter.state == DeadLetterState::kOpen;
}

std::unexpected<base::Error> no_letter(std::int64_t id) {
  return fail(Errc::kNotFound, fmt::format("there is no dead letter {}", id));
}

std::unexpected<base::Error> is_closed(const DeadLetter& letter) {
  return fail(Errc::kConflict, fmt::format("dead letter {} is {} already", letter.id, name_of(letter.state)));
}

base::Error fault_of_row(const base::Error& error, const GrantId& id) {
  std::string hex;
  for (const auto byte : id.bytes) fmt::format_to(std::back_inserter(hex), "{:02X}", byte);
  auto fault = error.in("issues.grant_id 0x" + hex);
  fault.code = Errc::kCorrupt;
  fault.message += "; mend that row, or delete it and run couponctl reconcile --apply";
  return fault;
}

}  // namespace coupon::ledger
