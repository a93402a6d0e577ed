#include "couponload/verify/invariant_facts.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace coupon::load {

namespace {

using Grant = std::pair<std::string_view, std::string_view>;  // member, id

// More than this of the same thing is wrong enough, and a list is searched from its begin.
constexpr std::size_t kToldMax = 100;

bool is_confirmed(const Readback& read) { return read.was_pending && read.state == Readback::State::kConfirmed; }

// A profile need not say where an answer to reading back has the id.
std::string_view confirmed_id(const Readback& read) {
  return read.found_id.empty() ? std::string_view(read.expected_id) : std::string_view(read.found_id);
}

struct Grants {
  std::set<Grant> sure;
  std::unordered_set<std::string_view> owners;
  std::int64_t retold = 0;

  void add(std::string_view member, std::string_view id) {
    const bool known = owners.contains(member);
    // Without an id it cannot be told from one that the member is known to have.
    if (id.empty() ? known : sure.contains({member, std::string_view()})) {
      ++retold;
      return;
    }
    owners.insert(member);
    sure.emplace(member, id);
  }
};

Grants sure_grants(const Observed& observed) {
  Grants grants;
  for (const bool named : {true, false}) {
    for (const auto& ask : observed.asks) {
      if (ask.outcome == Outcome::kIssued && ask.id.empty() != named) grants.add(ask.member, ask.id);
    }
  }
  for (const auto& read : observed.readbacks) {
    if (!is_confirmed(read)) continue;
    const auto id = confirmed_id(read);
    if (!id.empty() || !grants.owners.contains(read.member)) grants.add(read.member, id);
  }
  return grants;
}

// Pending answers that nothing confirmed, whether or not anybody looked.
std::set<Grant> open_grants(const Observed& observed, const Grants& grants) {
  std::set<Grant> open;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kPending) open.emplace(ask.member, ask.id);
  }
  for (const auto& read : observed.readbacks) {
    if (is_confirmed(read)) open.erase({read.member, read.expected_id});
  }
  std::erase_if(open, [&](const Grant& grant) { return grants.sure.contains(grant); });
  return open;
}

void count_answers(const Observed& observed, Facts& facts) {
  for (const auto& ask : observed.asks) {
    facts.sold_out += ask.outcome == Outcome::kSoldOut ? 1 : 0;
    facts.unknown += ask.outcome == Outcome::kUnknown ? 1 : 0;
    facts.turned_away += ask.outcome == Outcome::kRefused || ask.outcome == Outcome::kError ? 1 : 0;
    facts.unranked += ask.outcome == Outcome::kPending && ask.rank == 0 ? 1 : 0;
  }
}

// What was not kept is known in sum.
void add_left_out(const LeftOut& left_out, Facts& facts) {
  facts.sold_out += left_out.of(Outcome::kSoldOut);
  facts.turned_away += left_out.of(Outcome::kRefused) + left_out.of(Outcome::kError);
  facts.members = left_out.members;
  facts.prior = left_out.prior_members;
  facts.holders = facts.granted + left_out.prior_holders;
}

void count_members(const Observed& observed, const Grants& grants, Facts& facts) {
  struct Asked {
    bool only_duplicates = true;
    bool told_id = false;
    bool in_doubt = false;
  };
  std::unordered_map<std::string_view, Asked> members;
  for (const auto& ask : observed.asks) {
    auto& asked = members[ask.member];
    asked.only_duplicates = asked.only_duplicates && ask.outcome == Outcome::kDuplicate;
    asked.told_id = asked.told_id || !ask.id.empty();
    asked.in_doubt = asked.in_doubt || ask.outcome == Outcome::kUnknown;
  }
  facts.holders = facts.granted;
  for (const auto& [member, asked] : members) {
    ++facts.members;
    const bool owner = grants.owners.contains(member);
    facts.in_doubt += asked.in_doubt && !owner ? 1 : 0;
    facts.prior += asked.only_duplicates ? 1 : 0;
    facts.holders += asked.only_duplicates && asked.told_id ? 1 : 0;
  }
}

void read_counts(const Observed& observed, Facts& facts) {
  for (const auto& counts : {observed.before, observed.after}) {
    if (!counts || !counts->quota) continue;
    facts.quota_min = std::min(facts.quota_min.value_or(*counts->quota), *counts->quota);
    facts.quota_max = std::max(facts.quota_max.value_or(*counts->quota), *counts->quota);
  }
  if (observed.before) facts.issued_before = observed.before->issued;
  if (facts.issued_before && observed.after && observed.after->issued) {
    facts.issued_during = *observed.after->issued - *facts.issued_before;
  }
}

// Many services answer who has a grant already with the same 200 again; then a 200 may tell of a grant from before.
bool answers_are_new(const Observed& observed, const Facts& facts) {
  if (facts.issued_before && *facts.issued_before == 0) return true;
  const auto answered = [&](Outcome outcome) {
    return std::ranges::any_of(observed.replays,
                               [&](const Replay& replay) { return replay.answered && replay.outcome == outcome; });
  };
  if (answered(Outcome::kIssued) || answered(Outcome::kPending)) return false;
  return answered(Outcome::kDuplicate) ||
         std::ranges::find(observed.asks, Outcome::kDuplicate, &Evidence::outcome) != observed.asks.end();
}

template <class Value>
void tell(std::vector<Told<Value>>& all, const Value& value, bool certain) {
  const auto known = std::ranges::find(all, value, &Told<Value>::value);
  if (known != all.end()) {
    known->certain = known->certain || certain;
  } else if (all.size() < kToldMax) {
    all.push_back({value, certain});
  }
}

// What can have made a grant come to nothing after its member was told of it.
struct Doubts {
  explicit Doubts(const Observed& observed)
      : grants(sure_grants(observed)),
        open(open_grants(observed, grants)),
        any(!open.empty() || count_of(observed, Outcome::kRefused) + count_of(observed, Outcome::kError) > 0) {
    for (const auto& ask : observed.asks) {
      if (ask.outcome == Outcome::kUnknown) unknown.insert(ask.member);
    }
  }

  [[nodiscard]] bool about(const Evidence& ask) const {
    const Grant grant{ask.member, ask.id};
    switch (ask.outcome) {
      case Outcome::kIssued: return false;
      // It may be told of a place that another request of the same member held and gave back. Of requests that were
      // turned away nobody knows whose they were.
      case Outcome::kDuplicate:
        return (ask.id.empty() || !grants.sure.contains(grant)) && (any || unknown.contains(ask.member));
      default: return open.contains(grant);
    }
  }

  Grants grants;
  std::set<Grant> open;
  bool any;
  std::unordered_set<std::string_view> unknown;
};

}  // namespace

Facts facts_of(const Observed& observed) {
  Facts facts;
  const auto grants = sure_grants(observed);
  facts.granted = static_cast<std::int64_t>(grants.sure.size());
  facts.retold = grants.retold;
  facts.unsettled = static_cast<std::int64_t>(open_grants(observed, grants).size());
  count_answers(observed, facts);
  count_members(observed, grants, facts);
  if (observed.left_out) add_left_out(*observed.left_out, facts);
  read_counts(observed, facts);
  facts.answers_are_new = answers_are_new(observed, facts);
  return facts;
}

ToldIds told_ids(const Observed& observed) {
  const Doubts doubts(observed);
  ToldIds told;
  for (const auto& ask : observed.asks) {
    if (carries_grant(ask.outcome) && !ask.id.empty()) {
      tell(told[ask.member], std::string_view(ask.id), !doubts.about(ask));
    }
  }
  for (const auto& read : observed.readbacks) {
    if (is_confirmed(read) && !confirmed_id(read).empty()) tell(told[read.member], confirmed_id(read), true);
  }
  return told;
}

ToldRanks told_ranks(const Observed& observed) {
  const Doubts doubts(observed);
  ToldRanks told;
  for (const auto& ask : observed.asks) {
    if (carries_grant(ask.outcome) && ask.rank != 0) {
      tell(told[ask.rank], std::string_view(ask.member), !doubts.about(ask));
    }
  }
  return told;
}

}  // namespace coupon::load
