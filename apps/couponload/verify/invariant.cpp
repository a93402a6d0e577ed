#include "couponload/verify/invariant.hpp"

#include <array>

namespace coupon::load {

std::string_view name_of(Judgement judgement) {
  constexpr std::array<std::string_view, 4> kNames{"pass", "fail", "skipped", "inconclusive"};
  return kNames.at(static_cast<std::size_t>(judgement));
}

std::vector<Invariant> check_all(const Observed& observed) {
  return {check_quota(observed), check_fill(observed),   check_once(observed),
          check_ids(observed),   check_ranks(observed),  check_readback(observed),
          check_count(observed), check_replay(observed), check_order(observed)};
}

void add_example(Invariant& invariant, std::string text) {
  if (invariant.examples.size() < kExamplesMax) invariant.examples.push_back(std::move(text));
}

}  // namespace coupon::load
