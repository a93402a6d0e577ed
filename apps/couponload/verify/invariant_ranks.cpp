#include <algorithm>
#include <fmt/format.h>

#include "couponload/verify/invariant_facts.hpp"
#include "couponload/verify/invariant_parts.hpp"

namespace coupon::load {

namespace {

struct Line {
  std::int64_t first = 0;  ///< the rank that the first one of this run should have
  std::int64_t last = 0;
  std::int64_t missing = 0;
};

std::string who(const ToldRanks& told, std::int64_t rank) {
  const auto found = told.find(rank);
  return found == told.end() ? fmt::format("{} to nobody", rank)
                             : fmt::format("{} to {}", rank, found->second.front().value);
}

// Told of each stretch that is missing, with its neighbours.
void show_gap(const ToldRanks& told, std::int64_t from, std::int64_t to, Invariant& invariant) {
  const auto what = from == to ? fmt::format("rank {} was", from) : fmt::format("ranks {} to {} were", from, to);
  const auto before = told.contains(from - 1) ? who(told, from - 1) + ", " : std::string();
  add_example(invariant, fmt::format("{} given to nobody ({}{})", what, before, who(told, to + 1)));
}

// Without the server's count nobody knows where the line begins; who has a grant from before does not tell.
std::int64_t first_rank(const Observed& observed, const ToldRanks& told, const Facts& facts) {
  if (facts.issued_before) return *facts.issued_before + 1;
  std::optional<std::int64_t> lowest;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kIssued && ask.rank > 0) lowest = std::min(lowest.value_or(ask.rank), ask.rank);
  }
  return lowest.value_or(told.empty() ? 1 : told.rbegin()->first + 1);
}

Line walk(const ToldRanks& told, std::int64_t first, Invariant& gaps) {
  Line line{.first = first, .last = 0, .missing = 0};
  line.last = line.first - 1;
  for (const auto& [rank, members] : told) {
    if (rank < line.first) continue;
    if (rank > line.last + 1) show_gap(told, line.last + 1, rank - 1, gaps);
    line.missing += rank - line.last - 1;
    line.last = rank;
  }
  return line;
}

// How many ranks two members were told, for certain and perhaps.
std::pair<std::int64_t, std::int64_t> shared_ranks(const ToldRanks& told, Invariant& invariant) {
  std::int64_t proven = 0;
  std::int64_t suspicious = 0;
  for (const auto& [rank, members] : told) {
    if (members.size() < 2) continue;
    const bool sure = std::ranges::count(members, true, &Told<std::string_view>::certain) > 1;
    ++(sure ? proven : suspicious);
    add_example(invariant, fmt::format("rank {} was given to {} and to {}", rank, members[0].value, members[1].value));
  }
  return {proven, suspicious};
}

std::int64_t grants_without_rank(const Observed& observed, Invariant& invariant) {
  std::int64_t bare = 0;
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued || ask.rank > 0) continue;
    ++bare;
    add_example(invariant, fmt::format("{} was issued a grant without a rank from 1 on", ask.member));
  }
  return bare;
}

}  // namespace

Invariant check_ranks(const Observed& observed) {
  auto invariant = named("ranks");
  if (!observed.grants_have_ranks) return skipped(invariant, "the profile names no rank");
  const auto facts = facts_of(observed);
  const auto told = told_ranks(observed);
  auto [proven, suspicious] = shared_ranks(told, invariant);
  const auto bare = grants_without_rank(observed, invariant);
  if (bare > 1 && bare == std::ranges::count(observed.asks, Outcome::kIssued, &Evidence::outcome)) {
    return never_told(invariant, "a rank");
  }
  proven += bare;
  auto gaps = named("gaps");
  const auto line = walk(told, first_rank(observed, told, facts), gaps);
  const auto excused = facts.unknown + facts.unranked + facts.turned_away;
  // Where a 200 may tell of a grant from before, nothing is known of the ranks between.
  const bool knows_all = !observed.partial && (facts.issued_before || facts.answers_are_new);
  if (knows_all && line.missing > excused) {
    ++proven;
    for (auto& text : gaps.examples) add_example(invariant, std::move(text));
  }
  settle(invariant, proven, suspicious);
  if (observed.partial) {
    if (invariant.status == Judgement::kPass) return skipped(invariant, kPartialText);
    invariant.actual = fmt::format("{} wrong; which are missing: {}", proven, kPartialText);
    return invariant;
  }
  invariant.expected = fmt::format("{} to n, each once, at most {} missing", line.first, excused);
  invariant.actual = fmt::format("{} wrong, n = {}, {} missing", proven, line.last, line.missing);
  return invariant;
}

}  // namespace coupon::load
