#include "couponload/verify/evidence_keeper.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace coupon::load {

namespace {

void mark(std::uint64_t member, std::vector<bool>& members) {
  if (member >= members.size()) members.resize(std::max<std::size_t>(member + 1, 2 * members.size()));
  members[member] = true;
}

void merge(const std::vector<bool>& members, std::vector<bool>& sum) {
  if (members.size() > sum.size()) sum.resize(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i]) sum[i] = true;
  }
}

std::int64_t count_without(const std::vector<bool>& members, const std::vector<bool>& others) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i] && (i >= others.size() || !others[i])) ++count;
  }
  return count;
}

bool is_grant_or_unknown(Outcome outcome) {
  return outcome == Outcome::kIssued || outcome == Outcome::kPending || outcome == Outcome::kDuplicate ||
         outcome == Outcome::kUnknown;
}

}  // namespace

bool EvidenceKeeper::wants(const Evidence& ask) const {
  if (scope_ == EvidenceScope::kAll || is_grant_or_unknown(ask.outcome)) return true;
  if (ask.outcome != Outcome::kSoldOut) return false;
  return sold_out_.size() < kSoldOutKept ||
         ask.done_ns < std::ranges::max_element(sold_out_, {}, &Evidence::done_ns)->done_ns;
}

void EvidenceKeeper::take(std::uint64_t member, Evidence&& ask) {
  mark(member, asked_);
  if (ask.outcome != Outcome::kDuplicate) mark(member, decided_);
  if (!ask.id.empty()) mark(member, told_id_);
  if (!wants(ask)) return leave_out(ask);
  if (scope_ == EvidenceScope::kAll || ask.outcome != Outcome::kSoldOut) return asks_.push_back(std::move(ask));
  take_sold_out(std::move(ask));
}

void EvidenceKeeper::take_sold_out(Evidence&& ask) {
  if (sold_out_.size() < kSoldOutKept) return sold_out_.push_back(std::move(ask));
  const auto latest = std::ranges::max_element(sold_out_, {}, &Evidence::done_ns);
  leave_out(*latest);
  *latest = std::move(ask);
}

void EvidenceKeeper::settle(std::vector<EvidenceKeeper> keepers, Observed& observed) {
  std::vector<bool> asked;
  std::vector<bool> decided;
  std::vector<bool> told_id;
  LeftOut left_out;
  for (auto& keeper : keepers) {
    std::ranges::move(keeper.asks_, std::back_inserter(observed.asks));
    std::ranges::move(keeper.sold_out_, std::back_inserter(observed.asks));
    for (std::size_t i = 0; i < kOutcomeCount; ++i) left_out.counts.at(i) += keeper.left_out_.at(i);
    merge(keeper.asked_, asked);
    merge(keeper.decided_, decided);
    merge(keeper.told_id_, told_id);
  }
  std::ranges::sort(observed.asks, {}, [](const Evidence& ask) { return std::tuple(ask.seq, ask.attempt); });
  left_out.members = std::ranges::count(asked, true);
  left_out.prior_members = left_out.members - std::ranges::count(decided, true);
  left_out.prior_holders = count_without(told_id, decided);
  if (std::ranges::any_of(left_out.counts, [](auto count) { return count > 0; })) observed.left_out = left_out;
}

}  // namespace coupon::load
