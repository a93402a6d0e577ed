#pragma once
// What is certain and what is only possible of a run, seen from outside. An invariant may accuse on the certain alone.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "couponload/verify/observed.hpp"

namespace coupon::load {

/// Times, places and grants are those of the run; nothing here is about one member.
struct Facts {
  std::optional<std::int64_t> quota_min;      ///< of those that were named before and after
  std::optional<std::int64_t> quota_max;      ///< the same unless it was changed meanwhile
  std::optional<std::int64_t> issued_before;  ///< by the server's count
  std::optional<std::int64_t> issued_during;  ///< by the server's count
  /// True when a 200 means a new grant: nobody can have one from before, or who has one is told so by another answer.
  bool answers_are_new = true;
  std::int64_t granted = 0;    ///< distinct grants promised: 200s, and pending ones that were confirmed later
  std::int64_t retold = 0;     ///< further 200s of the same member, of which nobody can say whether they are new
  std::int64_t holders = 0;    ///< distinct members who certainly have a grant, of whatever time
  std::int64_t unsettled = 0;  ///< pending ones that were not confirmed: they may count, or have given their place back
  std::int64_t unranked = 0;   ///< pending requests that were told no rank
  std::int64_t unknown = 0;    ///< requests that may have been issued
  std::int64_t in_doubt = 0;   ///< members with an unknown request and no known grant
  std::int64_t sold_out = 0;   ///< requests
  std::int64_t turned_away = 0;  ///< refused or error: without a decision
  std::int64_t members = 0;      ///< who sent at least one request
  std::int64_t prior = 0;        ///< had the coupon before the run: nothing but duplicates

  /// Requests that may have held a place for a while and then given it back.
  [[nodiscard]] std::int64_t may_have_held() const { return unknown + unsettled + turned_away; }
  /// Of `granted`: need not have been made in the run, because a 200 may tell of a grant from before.
  [[nodiscard]] std::int64_t perhaps_old() const {
    return answers_are_new ? 0 : std::min(granted, issued_before.value_or(0));
  }
  /// Of `granted`: made in the run.
  [[nodiscard]] std::int64_t surely_new() const { return granted - perhaps_old(); }
};

[[nodiscard]] Facts facts_of(const Observed& observed);

/// A grant id or a rank that a member was told.
template <class Value>
struct Told {
  Value value;
  /// False when it may have come to nothing and have been given to somebody else: it was pending and not confirmed, or
  /// told only by a refusal, while another request of the member held it perhaps and gave it back.
  bool certain = true;
};

/// The grant ids that each member was told, each once. The views point into `observed`.
using ToldIds = std::map<std::string_view, std::vector<Told<std::string_view>>>;
[[nodiscard]] ToldIds told_ids(const Observed& observed);

/// The members who were told each rank, each once.
using ToldRanks = std::map<std::int64_t, std::vector<Told<std::string_view>>>;
[[nodiscard]] ToldRanks told_ranks(const Observed& observed);

}  // namespace coupon::load
