#include <fmt/core.h>

#include "couponload/verify/invariant.hpp"

namespace coupon::load {

namespace {

struct Sums {
  std::int64_t good = 0;
  std::int64_t bad = 0;
  std::int64_t untold = 0;
};

Invariant conclude(std::string name, const Observed& observed, const Sums& sums, std::string expected,
                   std::vector<std::string> examples) {
  Invariant invariant{
      .name = std::move(name), .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
  invariant.expected = std::move(expected);
  invariant.examples = std::move(examples);
  invariant.actual = fmt::format("{} of {}", sums.good, sums.good + sums.bad + sums.untold);
  if (sums.bad > 0) {
    invariant.status = Judgement::kFail;
  } else if (sums.untold > 0) {
    invariant.status = Judgement::kInconclusive;
  } else if (sums.good == 0) {
    invariant.status = Judgement::kSkipped;
    invariant.actual = observed.verified ? "nobody was issued anything" : "the run was interrupted";
  }
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

// A promise that was only pending may come to nothing, but not to something else.
bool violates(const Readback& read) {
  if (read.state == Readback::State::kOtherId) return true;
  return !read.was_pending && (read.state == Readback::State::kMissing || read.state == Readback::State::kUnrecorded);
}

}  // namespace

Invariant check_readback(const Observed& observed) {
  Sums sums;
  std::vector<std::string> examples;
  for (const auto& read : observed.readbacks) {
    if (read.state == Readback::State::kConfirmed) {
      ++sums.good;
      continue;
    }
    const bool bad = violates(read);
    if (!bad && read.was_pending) continue;
    ++(bad ? sums.bad : sums.untold);
    if (examples.size() < kExamplesMax) examples.push_back(describe(read));
  }
  return conclude("readback", observed, sums, "every grant, with its id, recorded", std::move(examples));
}

Invariant check_replay(const Observed& observed) {
  Sums sums;
  std::vector<std::string> examples;
  for (const auto& replay : observed.replays) {
    const bool same_kind = replay.outcome == Outcome::kDuplicate || replay.outcome == Outcome::kIssued;
    if (replay.answered && same_kind && replay.found_id == replay.expected_id) {
      ++sums.good;
      continue;
    }
    ++(replay.answered ? sums.bad : sums.untold);
    if (examples.size() >= kExamplesMax) continue;
    examples.push_back(replay.answered ? fmt::format("{} holds {} but asking again gave {} {}", replay.member,
                                                     replay.expected_id, name_of(replay.outcome), replay.found_id)
                                       : fmt::format("{} asked again and got no usable answer", replay.member));
  }
  return conclude("replay", observed, sums, "the same grant again", std::move(examples));
}

}  // namespace coupon::load
