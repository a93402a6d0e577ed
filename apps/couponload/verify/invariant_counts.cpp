#include <algorithm>
#include <fmt/core.h>

#include "couponload/verify/invariant.hpp"
#include "couponload/verify/tally.hpp"

namespace coupon::load {

namespace {

constexpr std::string_view kNoCounts = "the server's count could not be read";

std::int64_t issued_before(const Observed& observed) {
  return observed.before ? observed.before->issued.value_or(0) : 0;
}

std::optional<std::int64_t> quota_of(const Observed& observed) {
  if (observed.after && observed.after->quota) return observed.after->quota;
  return observed.before ? observed.before->quota : std::nullopt;
}

// How many the server issued during the run.
std::optional<std::int64_t> issued_during(const Observed& observed) {
  if (!observed.before || !observed.after || !observed.before->issued || !observed.after->issued) return std::nullopt;
  return *observed.after->issued - *observed.before->issued;
}

Invariant unjudged(Invariant invariant, const Observed& observed, std::string_view why) {
  invariant.status = observed.verified ? Judgement::kInconclusive : Judgement::kSkipped;
  invariant.actual = observed.verified ? why : "the run was interrupted";
  return invariant;
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
    add_example(invariant, fmt::format("{} was issued {} with rank {} of {}", ask->member, ask->id, ask->rank, quota));
  }
}

}  // namespace

Invariant check_quota(const Observed& observed) {
  Invariant invariant{.name = "quota", .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
  const auto quota = quota_of(observed);
  if (!quota) return unjudged(invariant, observed, "the quota could not be read");
  const auto promised = issued_before(observed) + tally(observed).acknowledged;
  const auto counted = observed.after ? observed.after->issued.value_or(0) : 0;
  const auto recorded = observed.after ? observed.after->recorded.value_or(0) : 0;
  const auto most = std::max({promised, counted, recorded});
  invariant.expected = fmt::format("at most {}", *quota);
  invariant.actual = fmt::format("{}", most);
  if (most <= *quota) return invariant;
  invariant.status = Judgement::kFail;
  add_example(invariant, fmt::format("of {} places: {} acknowledged, {} issued by the server's count, {} in the ledger",
                                     *quota, promised, counted, recorded));
  show_excess(observed, *quota, most - *quota, invariant);
  return invariant;
}

Invariant check_fill(const Observed& observed) {
  Invariant invariant{.name = "fill", .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
  const auto quota = quota_of(observed);
  const auto issued = issued_during(observed);
  if (!quota || !issued) return unjudged(invariant, observed, kNoCounts);
  const auto sum = tally(observed);
  const auto places = std::max<std::int64_t>(0, *quota - issued_before(observed));
  const auto takers = sum.members - sum.prior_members;
  const auto wanted = std::min(places, takers);
  invariant.expected = fmt::format("{}", wanted);
  invariant.actual = fmt::format("{}", *issued);
  if (*issued == wanted) return invariant;
  if (sum.unknown > 0 || (*issued < wanted && sum.sold_out == 0 && sum.turned_away > 0)) {
    invariant.status = Judgement::kInconclusive;
    add_example(invariant,
                fmt::format("{} requests unknown, {} refused or in error: places may be left because of them",
                            sum.unknown, sum.turned_away));
    return invariant;
  }
  invariant.status = Judgement::kFail;
  add_example(invariant, fmt::format("{} places for {} members: {} issued, {} told sold out", places, takers, *issued,
                                     sum.sold_out));
  return invariant;
}

Invariant check_count(const Observed& observed) {
  Invariant invariant{.name = "count", .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
  const auto issued = issued_during(observed);
  if (!issued) return unjudged(invariant, observed, kNoCounts);
  const auto sum = tally(observed);
  const auto most = sum.acknowledged + sum.unknown + sum.unsettled;
  invariant.expected =
      most == sum.acknowledged ? fmt::format("{}", most) : fmt::format("{} to {}", sum.acknowledged, most);
  invariant.actual = fmt::format("{}", *issued);
  if (*issued >= sum.acknowledged && *issued <= most) return invariant;
  invariant.status = Judgement::kFail;
  add_example(invariant,
              fmt::format("the server counts {} issued during the run; {} were acknowledged, {} are unknown, "
                          "{} still pending",
                          *issued, sum.acknowledged, sum.unknown, sum.unsettled));
  return invariant;
}

}  // namespace coupon::load
