#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "couponload/verify/invariant.hpp"
#include "couponload/verify/tally.hpp"

namespace coupon::load {

namespace {

Invariant named(std::string name) {
  return {.name = std::move(name), .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
}

Invariant skipped(Invariant invariant, std::string why) {
  invariant.status = Judgement::kSkipped;
  invariant.actual = std::move(why);
  return invariant;
}

void conclude(Invariant& invariant, std::int64_t violations, std::string_view what) {
  if (violations > 0) invariant.status = Judgement::kFail;
  invariant.actual = fmt::format("{} {}", violations, what);
}

// A member by every rank it was told, each pair once.
std::map<std::int64_t, std::vector<std::string_view>> members_by_rank(const Observed& observed) {
  std::map<std::int64_t, std::vector<std::string_view>> members;
  for (const auto& ask : observed.asks) {
    if (!carries_grant(ask.outcome) || ask.rank == 0) continue;
    auto& known = members[ask.rank];
    if (std::ranges::find(known, ask.member) == known.end()) known.push_back(ask.member);
  }
  return members;
}

}  // namespace

Invariant check_once(const Observed& observed) {
  auto invariant = named("once");
  invariant.expected = "no member with two grants";
  if (!observed.grants_have_ids) return skipped(invariant, "the profile names no grant id");
  std::int64_t violations = 0;
  for (const auto& [member, ids] : ids_by_member(observed)) {
    if (ids.size() < 2) continue;
    ++violations;
    add_example(invariant, fmt::format("{} was given {}", member, fmt::join(ids, " and ")));
  }
  conclude(invariant, violations, "with more than one");
  return invariant;
}

Invariant check_ids(const Observed& observed) {
  auto invariant = named("ids");
  invariant.expected = "every grant an id of its own";
  if (!observed.grants_have_ids) return skipped(invariant, "the profile names no grant id");
  std::int64_t violations = 0;
  std::map<std::string_view, std::string_view> owner;
  for (const auto& [member, ids] : ids_by_member(observed)) {
    for (const auto id : ids) {
      const auto [entry, fresh] = owner.emplace(id, member);
      if (fresh) continue;
      ++violations;
      add_example(invariant, fmt::format("{} was given to {} and to {}", id, entry->second, member));
    }
  }
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued || !ask.id.empty()) continue;
    ++violations;
    add_example(invariant, fmt::format("{} was issued a grant without an id", ask.member));
  }
  conclude(invariant, violations, "shared or missing");
  return invariant;
}

Invariant check_ranks(const Observed& observed) {
  auto invariant = named("ranks");
  if (!observed.grants_have_ranks) return skipped(invariant, "the profile names no rank");
  const auto sum = tally(observed);
  const auto base = observed.before ? observed.before->issued.value_or(0) : 0;
  const auto excused = sum.unknown + std::ranges::count(observed.asks, Outcome::kPending, &Evidence::outcome);
  std::int64_t violations = 0;
  std::int64_t last = base;
  std::int64_t held = 0;
  for (const auto& [rank, members] : members_by_rank(observed)) {
    if (rank > base) ++held;
    last = std::max(last, rank);
    if (members.size() < 2) continue;
    ++violations;
    add_example(invariant, fmt::format("rank {} was given to {}", rank, fmt::join(members, " and ")));
  }
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued || ask.rank > 0) continue;
    ++violations;
    add_example(invariant, fmt::format("{} was issued a grant without a rank from 1 on", ask.member));
  }
  const auto gaps = last - base - held;
  if (gaps > excused) {
    ++violations;
    add_example(invariant, fmt::format("{} of the ranks {} to {} were given to nobody", gaps, base + 1, last));
  }
  invariant.expected = fmt::format("{} to n, each once, at most {} missing", base + 1, excused);
  conclude(invariant, violations, fmt::format("wrong, n = {}, {} missing", last, gaps));
  return invariant;
}

}  // namespace coupon::load
