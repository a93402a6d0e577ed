#pragma once
// Which requests' evidence is worth its memory: 4.5 million rows of "sold out" prove nothing that their count does not.

#include <cstdint>
#include <string>
#include <vector>

#include "couponload/verify/observed.hpp"

namespace coupon::load {

enum class EvidenceScope {
  kGrants,  ///< issued, pending, duplicate and unknown requests, the first sold out ones; the rest as counts
  kAll,
};

/// Invariants judge the same on what it leaves as on everything, also of members who ask again. Not thread-safe: one
/// per thread.
class EvidenceKeeper {
 public:
  explicit EvidenceKeeper(EvidenceScope scope) : scope_(scope) {}

  /// Whether take() would keep this one; then its member must be filled in.
  [[nodiscard]] bool wants(const Evidence& ask) const;
  /// `member` is a number of the member, the same in all keepers and however often it asks. Memory is three bits for
  /// each number up to the highest.
  void take(std::uint64_t member, Evidence&& ask);

  /// Puts together what all threads kept: asks in order of seq and attempt, and the counts of the rest.
  static void settle(std::vector<EvidenceKeeper> keepers, Observed& observed);

 private:
  void leave_out(const Evidence& ask) { ++left_out_.at(static_cast<std::size_t>(ask.outcome)); }
  void take_sold_out(Evidence&& ask);

  EvidenceScope scope_;
  std::vector<Evidence> asks_;
  std::vector<Evidence> sold_out_;  // the first ones, at most kSoldOutKept
  std::array<std::int64_t, kOutcomeCount> left_out_{};
  std::vector<bool> asked_;    // by member
  std::vector<bool> decided_;  // by member: got another answer than "you have it already"
  std::vector<bool> told_id_;  // by member: was told the id of a grant
};

/// Of each thread; the earliest sold out answer is always among them.
inline constexpr std::size_t kSoldOutKept = 20;

}  // namespace coupon::load
