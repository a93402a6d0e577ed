#pragma once
// Evidence of small runs, honest unless a test changes it.

#include <fmt/core.h>
#include <string>

#include "couponload/verify/observed.hpp"

namespace coupon::load::test {

inline constexpr std::int64_t kStepNs = 1'000'000;

/// Request number `seq` is sent at seq steps and answered half a step later: nobody overlaps.
inline Evidence ask(std::uint32_t seq, Outcome outcome) {
  Evidence evidence;
  evidence.seq = seq;
  evidence.outcome = outcome;
  evidence.member = fmt::format("m{}", seq);
  evidence.send_ns = seq * kStepNs;
  evidence.done_ns = seq * kStepNs + kStepNs / 2;
  evidence.fate = outcome == Outcome::kUnknown ? Fate::kTimeout : Fate::kAnswered;
  return evidence;
}

inline Evidence issued(std::uint32_t seq, std::int64_t rank) {
  auto evidence = ask(seq, Outcome::kIssued);
  evidence.status = 200;
  evidence.rank = rank;
  evidence.id = fmt::format("id{}", rank);
  return evidence;
}

inline Readback confirmed(const Evidence& winner) {
  return {.member = winner.member,
          .expected_id = winner.id,
          .found_id = winner.id,
          .state = Readback::State::kConfirmed,
          .was_pending = false};
}

/// Five members for three places: the first three win.
inline Observed honest() {
  Observed observed;
  for (std::uint32_t seq = 0; seq < 3; ++seq) observed.asks.push_back(issued(seq, seq + 1));
  for (std::uint32_t seq = 3; seq < 5; ++seq) observed.asks.push_back(ask(seq, Outcome::kSoldOut));
  observed.before = Counts{3, 0, 0};
  observed.after = Counts{3, 3, 3};
  for (int i = 0; i < 3; ++i) {
    const auto& winner = observed.asks[static_cast<std::size_t>(i)];
    observed.readbacks.push_back(confirmed(winner));
    observed.replays.push_back({winner.member, winner.id, winner.id, Outcome::kDuplicate, true});
  }
  observed.verified = true;
  return observed;
}

}  // namespace coupon::load::test
