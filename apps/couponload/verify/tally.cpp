#include "couponload/verify/tally.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

namespace coupon::load {

namespace {

using Grant = std::pair<std::string_view, std::string_view>;  // member, id

// Two answers with the same id are one grant; two without ids cannot be told from two grants.
void count_acknowledged(const Observed& observed, Tally& sum) {
  std::set<Grant> grants;
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued) continue;
    if (ask.id.empty() || grants.emplace(ask.member, ask.id).second) ++sum.acknowledged;
  }
  for (const auto& read : observed.readbacks) {
    if (!read.was_pending) continue;
    if (read.state != Readback::State::kConfirmed) {
      ++sum.unsettled;
    } else if (grants.emplace(read.member, read.found_id).second) {
      ++sum.acknowledged;
    }
  }
}

void count_members(const Observed& observed, Tally& sum) {
  std::unordered_set<std::string_view> members;
  std::unordered_set<std::string_view> duplicates;
  for (const auto& ask : observed.asks) {
    members.insert(ask.member);
    if (ask.outcome == Outcome::kDuplicate) duplicates.insert(ask.member);
  }
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kDuplicate) duplicates.erase(ask.member);
  }
  sum.members = static_cast<std::int64_t>(members.size());
  sum.prior_members = static_cast<std::int64_t>(duplicates.size());
}

void add_left_out(const LeftOut& left_out, Tally& sum) {
  sum.sold_out += left_out.of(Outcome::kSoldOut);
  sum.turned_away += left_out.of(Outcome::kRefused) + left_out.of(Outcome::kError);
  sum.members = left_out.members;
  sum.prior_members = left_out.prior_members;
}

}  // namespace

bool carries_grant(Outcome outcome) {
  return outcome == Outcome::kIssued || outcome == Outcome::kPending || outcome == Outcome::kDuplicate;
}

std::int64_t count_of(const Observed& observed, Outcome outcome) {
  const auto kept = std::ranges::count(observed.asks, outcome, &Evidence::outcome);
  return kept + (observed.left_out ? observed.left_out->of(outcome) : 0);
}

Tally tally(const Observed& observed) {
  Tally sum;
  for (const auto& ask : observed.asks) {
    sum.sold_out += ask.outcome == Outcome::kSoldOut ? 1 : 0;
    sum.unknown += ask.outcome == Outcome::kUnknown ? 1 : 0;
    sum.turned_away += ask.outcome == Outcome::kRefused || ask.outcome == Outcome::kError ? 1 : 0;
  }
  count_acknowledged(observed, sum);
  if (observed.left_out) {
    add_left_out(*observed.left_out, sum);
  } else {
    count_members(observed, sum);
  }
  sum.twice = std::ranges::count_if(ids_by_member(observed), [](const auto& entry) { return entry.second.size() > 1; });
  return sum;
}

GrantIds ids_by_member(const Observed& observed) {
  GrantIds ids;
  for (const auto& ask : observed.asks) {
    if (!carries_grant(ask.outcome) || ask.id.empty()) continue;
    auto& known = ids[ask.member];
    if (std::ranges::find(known, ask.id) == known.end()) known.push_back(ask.id);
  }
  return ids;
}

}  // namespace coupon::load
