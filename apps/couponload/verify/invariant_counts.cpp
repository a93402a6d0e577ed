#include <algorithm>
#include <fmt/core.h>

#include "couponload/verify/invariant_facts.hpp"
#include "couponload/verify/invariant_parts.hpp"

namespace coupon::load {

namespace {

constexpr const char* kNoCounts = "the server's count could not be read";
constexpr const char* kNoCountRoute = "the profile names no count of the server's";

Invariant without_count(Invariant invariant, const Observed& observed) {
  if (!observed.counts_can_be_read) return skipped(std::move(invariant), kNoCountRoute);
  return unread(std::move(invariant), observed, kNoCounts);
}

// Those who got a place that should not exist: beyond the quota by rank, or else the last ones by time.
void show_excess(const Observed& observed, std::int64_t quota, std::int64_t excess, Invariant& invariant) {
  std::vector<const Evidence*> issued;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kIssued) issued.push_back(&ask);
  }
  std::ranges::sort(issued, [](const auto* a, const auto* b) {
    return std::pair(a->rank, a->done_ns) > std::pair(b->rank, b->done_ns);
  });
  for (const auto* ask : issued) {
    if (excess-- <= 0) return;
    const auto which = ask->rank > 0 ? fmt::format("rank {} of {}", ask->rank, quota) : fmt::format("{} places", quota);
    add_example(invariant, fmt::format("{} was issued {} with {}", ask->member,
                                       ask->id.empty() ? std::string("a grant") : ask->id, which));
  }
}

struct Sums {
  std::int64_t promised = 0;
  std::int64_t counted = 0;
  std::int64_t recorded = 0;
  [[nodiscard]] std::int64_t most() const { return std::max({promised, counted, recorded}); }
};

// Each of them alone would prove too many.
Sums sums_of(const Observed& observed, const Facts& facts) {
  Sums sums;
  // Of a shard the count before may be of what others were given meanwhile, and gave back.
  const bool adds_up = facts.answers_are_new && !observed.partial;
  const auto earlier = adds_up ? facts.issued_before.value_or(0) : 0;
  sums.promised = std::max({earlier + facts.granted, facts.holders, facts.issued_before.value_or(0)});
  if (observed.after) sums.counted = observed.after->issued.value_or(0);
  if (observed.after) sums.recorded = observed.after->recorded.value_or(0);
  return sums;
}

}  // namespace

std::int64_t grants_over(const Observed& observed) {
  const auto facts = facts_of(observed);
  if (!facts.quota_max) return 0;
  return std::max<std::int64_t>(0, sums_of(observed, facts).most() - *facts.quota_max);
}

Invariant check_quota(const Observed& observed) {
  auto invariant = named("quota");
  const auto facts = facts_of(observed);
  if (!facts.quota_max) {
    if (!observed.counts_can_be_read) return skipped(invariant, "the profile names no quota");
    return unread(invariant, observed, "the quota could not be read");
  }
  const auto sums = sums_of(observed, facts);
  invariant.expected = fmt::format("at most {}", *facts.quota_min);
  invariant.actual = fmt::format("{}", sums.most());
  if (sums.most() <= *facts.quota_min) return invariant;
  const auto told = observed.counts_can_be_read
                        ? fmt::format("{} issued by the server's count, {} in the ledger", sums.counted, sums.recorded)
                        : std::string("the server tells no count");
  add_example(invariant, fmt::format("of {} places: {} acknowledged, {}", *facts.quota_min, sums.promised, told));
  if (sums.most() <= *facts.quota_max) {
    invariant.status = Judgement::kInconclusive;
    add_example(invariant, fmt::format("the quota was changed during the run: {} and {} were read", *facts.quota_min,
                                       *facts.quota_max));
    return invariant;
  }
  invariant.status = Judgement::kFail;
  show_excess(observed, *facts.quota_max, sums.most() - *facts.quota_max, invariant);
  return invariant;
}

Invariant check_fill(const Observed& observed) {
  auto invariant = named("fill");
  if (observed.partial) return skipped(invariant, kPartialText);
  const auto facts = facts_of(observed);
  if (!facts.quota_min || !facts.issued_during) return without_count(invariant, observed);
  const auto places = std::max<std::int64_t>(0, *facts.quota_min - *facts.issued_before);
  const auto takers = facts.members - facts.prior - facts.perhaps_old();
  const auto wanted = std::min(places, takers);
  const auto missing = wanted - *facts.issued_during;
  invariant.expected = fmt::format("{}", wanted);
  invariant.actual = fmt::format("{}", *facts.issued_during);
  if (missing <= 0) return invariant;
  const bool explained = missing <= facts.may_have_held() || (facts.sold_out == 0 && facts.turned_away > 0);
  if (explained) {
    invariant.status = Judgement::kInconclusive;
    add_example(invariant,
                fmt::format("{} of {} places are left, which {} unknown, {} refused or failed and {} pending "
                            "requests may have held for a while",
                            missing, places, facts.unknown, facts.turned_away, facts.unsettled));
    return invariant;
  }
  invariant.status = Judgement::kFail;
  add_example(invariant, fmt::format("{} places for {} members: {} issued, {} requests told sold out", places, takers,
                                     *facts.issued_during, facts.sold_out));
  return invariant;
}

Invariant check_count(const Observed& observed) {
  auto invariant = named("count");
  if (observed.partial) return skipped(invariant, kPartialText);
  const auto facts = facts_of(observed);
  if (!facts.issued_during) return without_count(invariant, observed);
  const auto least = facts.surely_new();
  const auto most = facts.granted + facts.retold + facts.in_doubt + facts.unsettled;
  invariant.expected = most == least ? fmt::format("{}", most) : fmt::format("{} to {}", least, most);
  invariant.actual = fmt::format("{}", *facts.issued_during);
  if (*facts.issued_during >= least && *facts.issued_during <= most) return invariant;
  invariant.status = Judgement::kFail;
  add_example(invariant, fmt::format("the server counts {} issued during the run; {} were acknowledged, {} members are "
                                     "in doubt, {} grants still pending",
                                     *facts.issued_during, facts.granted, facts.in_doubt, facts.unsettled));
  return invariant;
}

}  // namespace coupon::load
