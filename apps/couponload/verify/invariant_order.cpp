#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <unordered_map>
#include <utility>

#include "couponload/verify/invariant_facts.hpp"
#include "couponload/verify/invariant_parts.hpp"

namespace coupon::load {

namespace {

constexpr double kNsPerMsReal = 1e6;

using Row = const Evidence*;
// Winners, each once: a place that was given back explains one that is both late and before its turn.
using Wrong = std::set<Row>;

double ms_between(std::int64_t from, std::int64_t to) { return static_cast<double>(to - from) / kNsPerMsReal; }

// A grant that this run made: when it can have been made at the earliest.
struct Winner {
  Row row;
  std::int64_t asked_ns;  ///< the member's first request that may have brought it
};

// A refused request may have been granted as well, but not all of these are kept: they excuse in sum, see
// may_have_held.
bool may_be_granted(Outcome outcome) { return carries_grant(outcome) || outcome == Outcome::kUnknown; }

std::vector<Winner> winners_of(const Observed& observed, const Facts& facts) {
  std::unordered_map<std::string_view, std::int64_t> first_asked;
  for (const auto& ask : observed.asks) {
    if (!may_be_granted(ask.outcome)) continue;
    auto& asked = first_asked.try_emplace(ask.member, ask.send_ns).first->second;
    asked = std::min(asked, ask.send_ns);
  }
  std::vector<Winner> winners;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  const auto old = facts.issued_before.value_or(0);
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued) continue;
    const bool may_be_old = ask.rank > 0 && facts.issued_before ? ask.rank <= old : !facts.answers_are_new;
    if (may_be_old || !seen.emplace(ask.member, ask.id).second) continue;
    winners.push_back({&ask, first_asked.at(ask.member)});
  }
  return winners;
}

// Send instants are taken before the first byte leaves and done instants after the last one came, so that "before" is
// never claimed wrongly.
void add_late(const Observed& observed, const std::vector<Winner>& winners, Wrong& wrong, Invariant& invariant) {
  Row turned_away = nullptr;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kSoldOut && (turned_away == nullptr || ask.done_ns < turned_away->done_ns)) {
      turned_away = &ask;
    }
  }
  if (turned_away == nullptr) return;
  for (const auto& winner : winners) {
    if (winner.asked_ns <= turned_away->done_ns) continue;
    wrong.insert(winner.row);
    const auto rank = winner.row->rank > 0 ? fmt::format(" rank {}", winner.row->rank) : std::string();
    add_example(invariant,
                fmt::format("{} asked {:.3f} ms after {} was told sold out, and was issued{}", winner.row->member,
                            ms_between(turned_away->done_ns, winner.asked_ns), turned_away->member, rank));
  }
}

void add_overtakers(std::vector<Winner> by_asked, Wrong& wrong, Invariant& invariant) {
  std::erase_if(by_asked, [](const Winner& winner) { return winner.row->rank <= 0; });
  auto by_done = by_asked;
  std::ranges::sort(by_asked, {}, &Winner::asked_ns);
  std::ranges::sort(by_done, {}, [](const Winner& winner) { return winner.row->done_ns; });
  Row highest = nullptr;  // of those done before the present one asked
  std::size_t done = 0;
  for (const auto& winner : by_asked) {
    for (; done < by_done.size() && by_done[done].row->done_ns < winner.asked_ns; ++done) {
      if (highest == nullptr || by_done[done].row->rank > highest->rank) highest = by_done[done].row;
    }
    if (highest == nullptr || highest->rank <= winner.row->rank) continue;
    wrong.insert(winner.row);
    add_example(invariant, fmt::format("{} has rank {} although {} with rank {} was done {:.3f} ms before it asked",
                                       winner.row->member, winner.row->rank, highest->member, highest->rank,
                                       ms_between(highest->done_ns, winner.asked_ns)));
  }
}

}  // namespace

Invariant check_order(const Observed& observed) {
  auto invariant = named("order");
  invariant.expected = "nobody overtaken by who asked later";
  const auto facts = facts_of(observed);
  const auto winners = winners_of(observed, facts);
  if (winners.empty()) {
    return skipped(invariant, facts.granted == 0 ? "nobody was issued anything"
                                                 : "the grants may be from before the run: nothing tells them apart");
  }
  Wrong wrong;
  add_overtakers(winners, wrong, invariant);
  add_late(observed, winners, wrong, invariant);
  const auto violations = std::ssize(wrong);
  invariant.actual = fmt::format("{} out of order", violations);
  if (violations == 0) return invariant;
  // A place that was held for a while and given back may be given again, and so may those of a quota that was raised.
  // Those of other shards are not known.
  const bool explained = observed.partial || violations <= facts.may_have_held() || facts.quota_min != facts.quota_max;
  settle(invariant, explained ? 0 : violations, violations);
  if (observed.partial) {
    invariant.actual += fmt::format(": {}", kPartialText);
  } else if (explained) {
    invariant.actual += fmt::format(", which {} unknown, {} refused or failed and {} pending requests may explain",
                                    facts.unknown, facts.turned_away, facts.unsettled);
  }
  return invariant;
}

}  // namespace coupon::load
