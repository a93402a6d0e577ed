#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "couponload/verify/invariant_facts.hpp"
#include "couponload/verify/invariant_parts.hpp"

namespace coupon::load {

namespace {

constexpr const char* kNoIds = "the profile names no grant id";

struct Found {
  std::int64_t proven = 0;
  std::int64_t suspicious = 0;

  void add(bool sure) { ++(sure ? proven : suspicious); }
};

std::int64_t issued_asks(const Observed& observed) {
  return std::ranges::count(observed.asks, Outcome::kIssued, &Evidence::outcome);
}

std::string without_proof(const Found& found) {
  return found.suspicious == 0 ? "" : fmt::format(", {} that a place given back may explain", found.suspicious);
}

template <class Value>
std::string joined(const std::vector<Told<Value>>& told) {
  std::vector<Value> values;
  for (const auto& one : told) values.push_back(one.value);
  return fmt::format(
      "{}", fmt::join(values.begin(), values.begin() + std::min<std::ptrdiff_t>(4, std::ssize(values)), " and "));
}

template <class Value>
bool proves_two(const std::vector<Told<Value>>& told) {
  return std::ranges::count(told, true, &Told<Value>::certain) > 1;
}

struct Owner {
  std::string_view member;
  bool certain = true;
};

}  // namespace

std::int64_t members_with_two(const Observed& observed) {
  if (!observed.grants_have_ids) return 0;
  return std::ranges::count_if(told_ids(observed), [](const auto& entry) { return proves_two(entry.second); });
}

Invariant check_once(const Observed& observed) {
  auto invariant = named("once");
  invariant.expected = "no member with two grants";
  if (!observed.grants_have_ids) {
    const auto again = facts_of(observed).retold;
    if (again == 0) return skipped(invariant, kNoIds);
    return skipped(invariant,
                   fmt::format("{}, so whether {} repeated answers are the same grant is not known", kNoIds, again));
  }
  Found found;
  for (const auto& [member, ids] : told_ids(observed)) {
    if (ids.size() < 2) continue;
    found.add(proves_two(ids));
    add_example(invariant, fmt::format("{} was given {}", member, joined(ids)));
  }
  settle(invariant, found.proven, found.suspicious);
  invariant.actual = fmt::format("{} with more than one{}", found.proven, without_proof(found));
  return invariant;
}

Invariant check_ids(const Observed& observed) {
  auto invariant = named("ids");
  invariant.expected = "every grant an id of its own";
  if (!observed.grants_have_ids) return skipped(invariant, kNoIds);
  Found found;
  std::map<std::string_view, Owner> owners;
  for (const auto& [member, ids] : told_ids(observed)) {
    for (const auto& id : ids) {
      const auto [entry, fresh] = owners.try_emplace(id.value, Owner{member, id.certain});
      if (fresh) continue;
      found.add(entry->second.certain && id.certain);
      add_example(invariant, fmt::format("{} was given to {} and to {}", id.value, entry->second.member, member));
      if (!entry->second.certain) entry->second = {member, id.certain};
    }
  }
  std::int64_t bare = 0;
  for (const auto& ask : observed.asks) {
    if (ask.outcome != Outcome::kIssued || !ask.id.empty()) continue;
    ++bare;
    add_example(invariant, fmt::format("{} was issued a grant without an id", ask.member));
  }
  if (bare > 1 && bare == issued_asks(observed)) return never_told(invariant, "an id");
  settle(invariant, found.proven + bare, found.suspicious);
  invariant.actual = fmt::format("{} shared or missing{}", found.proven + bare, without_proof(found));
  return invariant;
}

}  // namespace coupon::load
