#include <algorithm>
#include <fmt/core.h>

#include "couponload/verify/invariant.hpp"

namespace coupon::load {

namespace {

constexpr double kNsPerMsReal = 1e6;

using Row = const Evidence*;

double ms_between(std::int64_t from, std::int64_t to) { return static_cast<double>(to - from) / kNsPerMsReal; }

// Send instants are taken before the first byte leaves and done instants after the last one came, so that "before" is
// never claimed wrongly.
std::int64_t late_winners(const Observed& observed, Invariant& invariant) {
  Row turned_away = nullptr;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kSoldOut && (turned_away == nullptr || ask.done_ns < turned_away->done_ns)) {
      turned_away = &ask;
    }
  }
  if (turned_away == nullptr) return 0;
  std::int64_t violations = 0;
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued || ask.send_ns <= turned_away->done_ns) continue;
    ++violations;
    add_example(invariant,
                fmt::format("{} asked {:.3f} ms after {} was told sold out, and was issued rank {}", ask.member,
                            ms_between(turned_away->done_ns, ask.send_ns), turned_away->member, ask.rank));
  }
  return violations;
}

std::int64_t overtakers(const Observed& observed, Invariant& invariant) {
  std::vector<Row> by_send;
  for (const auto& ask : observed.asks) {
    if (ask.outcome == Outcome::kIssued && ask.rank > 0) by_send.push_back(&ask);
  }
  auto by_done = by_send;
  std::ranges::sort(by_send, {}, &Evidence::send_ns);
  std::ranges::sort(by_done, {}, &Evidence::done_ns);
  std::int64_t violations = 0;
  Row highest = nullptr;  // of those done before the present one was sent
  std::size_t done = 0;
  for (const auto* ask : by_send) {
    for (; done < by_done.size() && by_done[done]->done_ns < ask->send_ns; ++done) {
      if (highest == nullptr || by_done[done]->rank > highest->rank) highest = by_done[done];
    }
    if (highest == nullptr || highest->rank <= ask->rank) continue;
    ++violations;
    add_example(invariant,
                fmt::format("{} has rank {} although {} with rank {} was done {:.3f} ms before it asked", ask->member,
                            ask->rank, highest->member, highest->rank, ms_between(highest->done_ns, ask->send_ns)));
  }
  return violations;
}

}  // namespace

Invariant check_order(const Observed& observed) {
  Invariant invariant{.name = "order", .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
  invariant.expected = "nobody overtaken by who asked later";
  if (std::ranges::find(observed.asks, Outcome::kIssued, &Evidence::outcome) == observed.asks.end()) {
    invariant.status = Judgement::kSkipped;
    invariant.actual = "nobody was issued anything";
    return invariant;
  }
  const auto violations = late_winners(observed, invariant) + overtakers(observed, invariant);
  if (violations > 0) invariant.status = Judgement::kFail;
  invariant.actual = fmt::format("{} out of order", violations);
  return invariant;
}

}  // namespace coupon::load
