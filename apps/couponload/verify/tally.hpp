#pragma once
// Sums over what was observed that more than one invariant needs.

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "couponload/verify/observed.hpp"

namespace coupon::load {

struct Tally {
  std::int64_t members = 0;       ///< who sent at least one request
  std::int64_t acknowledged = 0;  ///< distinct grants promised: 200s, and pending ones that were confirmed later
  std::int64_t unsettled = 0;     ///< pending ones that were not
  std::int64_t sold_out = 0;
  std::int64_t turned_away = 0;    ///< refused or error: without a decision
  std::int64_t unknown = 0;        ///< requests that may have been issued
  std::int64_t prior_members = 0;  ///< had the coupon before the run: nothing but duplicates
  std::int64_t twice = 0;          ///< members with more than one grant
};

[[nodiscard]] Tally tally(const Observed& observed);

/// Every grant id a member was told of (issued, pending or duplicate), each once.
using GrantIds = std::unordered_map<std::string_view, std::vector<std::string_view>>;
/// The views point into `observed`.
[[nodiscard]] GrantIds ids_by_member(const Observed& observed);

/// Requests with this outcome, also those that were not kept.
[[nodiscard]] std::int64_t count_of(const Observed& observed, Outcome outcome);

/// True for answers that carry a grant: issued, pending, duplicate.
[[nodiscard]] bool carries_grant(Outcome outcome);

}  // namespace coupon::load
