#include <fmt/core.h>
#include <unordered_map>

#include "couponload/verify/invariant_parts.hpp"

namespace coupon::load {

namespace {

enum class Reading {
  kGood,
  kBad,
  kReplaced,  ///< bad, unless a refused request of the same member was granted all the same
  kUntold,
  kIgnored,
};

struct Sums {
  std::int64_t good = 0;
  std::int64_t bad = 0;
  std::int64_t replaced = 0;
  std::int64_t untold = 0;

  [[nodiscard]] std::int64_t all() const { return good + bad + replaced + untold; }
};

void count(Reading told, Sums& sums) {
  switch (told) {
    case Reading::kGood: ++sums.good; break;
    case Reading::kBad: ++sums.bad; break;
    case Reading::kReplaced: ++sums.replaced; break;
    case Reading::kUntold: ++sums.untold; break;
    case Reading::kIgnored: break;
  }
}

Invariant conclude(Invariant invariant, const Observed& observed, const Sums& sums) {
  invariant.actual = fmt::format("{} of {}", sums.good, sums.all());
  if (sums.all() == 0) {
    return skipped(std::move(invariant), observed.verified ? "nobody was issued anything" : kInterruptedText);
  }
  const bool excused = sums.replaced <= count_of(observed, Outcome::kRefused);
  settle(invariant, sums.bad + (excused ? 0 : sums.replaced), sums.replaced + sums.untold);
  return invariant;
}

std::string describe(const Readback& read) {
  switch (read.state) {
    case Readback::State::kOtherId:
      return fmt::format("{} was issued {} but reads back {}", read.member, read.expected_id, read.found_id);
    case Readback::State::kMissing:
      return fmt::format("{} was issued {} but the server knows no grant", read.member, read.expected_id);
    case Readback::State::kUnrecorded:
      return fmt::format("{} was issued {} but the ledger has no row", read.member, read.expected_id);
    default: return fmt::format("{} was issued {} and could not be read back", read.member, read.expected_id);
  }
}

// Requests of each member that may have brought a grant; of the refused ones not all are kept.
using Asked = std::unordered_map<std::string_view, std::int64_t>;

Asked asked_by_member(const Observed& observed) {
  Asked asked;
  for (const auto& ask : observed.asks) {
    if (carries_grant(ask.outcome) || ask.outcome == Outcome::kUnknown) ++asked[ask.member];
  }
  return asked;
}

// A promise that was only pending may come to nothing, but not to something else, unless another request of the same
// member was granted instead.
Reading judge_pending(const Readback& read, const Asked& asked) {
  if (read.state == Readback::State::kConfirmed) return Reading::kGood;
  if (read.state != Readback::State::kOtherId) return Reading::kIgnored;
  const auto found = asked.find(read.member);
  return found != asked.end() && found->second > 1 ? Reading::kIgnored : Reading::kReplaced;
}

// As long as the reading was not done to its end, what is missing may still have come.
Reading judge(const Readback& read, bool done) {
  switch (read.state) {
    case Readback::State::kConfirmed: return Reading::kGood;
    case Readback::State::kOtherId: return Reading::kBad;
    case Readback::State::kUnread: return Reading::kUntold;
    default: return done ? Reading::kBad : Reading::kUntold;
  }
}

// That somebody has a grant already says enough when the answer does not say which one.
Reading judge(const Replay& replay) {
  if (!replay.answered) return Reading::kUntold;
  switch (replay.outcome) {
    case Outcome::kDuplicate:
      return replay.found_id.empty() || replay.expected_id.empty() || replay.found_id == replay.expected_id
                 ? Reading::kGood
                 : Reading::kBad;
    case Outcome::kIssued:
    case Outcome::kPending:
      if (replay.expected_id.empty()) return Reading::kIgnored;
      if (replay.found_id.empty()) return Reading::kUntold;
      return replay.found_id == replay.expected_id ? Reading::kGood : Reading::kBad;
    case Outcome::kSoldOut: return Reading::kBad;
    default: return Reading::kUntold;
  }
}

std::string describe(const Replay& replay) {
  if (!replay.answered) return fmt::format("{} asked again and got no usable answer", replay.member);
  const auto got = replay.found_id.empty() ? std::string(name_of(replay.outcome))
                                           : fmt::format("{} {}", name_of(replay.outcome), replay.found_id);
  return fmt::format("{} holds {} but asking again gave {}", replay.member,
                     replay.expected_id.empty() ? "a grant" : replay.expected_id, got);
}

}  // namespace

Invariant check_readback(const Observed& observed) {
  auto invariant = named("readback");
  invariant.expected = "every grant, with its id, recorded";
  if (!observed.grants_can_be_read) return skipped(invariant, "the profile names no way to read a grant back");
  const auto asked = asked_by_member(observed);
  Sums sums;
  for (const auto& read : observed.readbacks) {
    const auto told = read.was_pending ? judge_pending(read, asked) : judge(read, observed.verified);
    count(told, sums);
    if (told != Reading::kGood && told != Reading::kIgnored) add_example(invariant, describe(read));
  }
  return conclude(std::move(invariant), observed, sums);
}

Invariant check_replay(const Observed& observed) {
  auto invariant = named("replay");
  invariant.expected = "the same grant again";
  Sums sums;
  bool without_ids = false;
  for (const auto& replay : observed.replays) {
    const auto told = judge(replay);
    without_ids = without_ids || told == Reading::kIgnored;
    count(told, sums);
    if (told == Reading::kBad || told == Reading::kUntold) add_example(invariant, describe(replay));
  }
  if (without_ids && sums.all() == 0) {
    return skipped(invariant, "winners are issued again, and without an id nobody knows whether it is the same grant");
  }
  return conclude(std::move(invariant), observed, sums);
}

}  // namespace coupon::load
