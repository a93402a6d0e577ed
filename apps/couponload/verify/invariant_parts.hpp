#pragma once
// How every invariant begins and ends.

#include <string>
#include <utility>

#include "couponload/verify/invariant.hpp"

namespace coupon::load {

inline constexpr const char* kPartialText = "one shard alone cannot tell; couponload merge does";
inline constexpr const char* kInterruptedText = "the run was interrupted";

[[nodiscard]] inline Invariant named(std::string name) {
  return {.name = std::move(name), .status = Judgement::kPass, .expected = {}, .actual = {}, .examples = {}};
}

[[nodiscard]] inline Invariant skipped(Invariant invariant, std::string why) {
  invariant.status = Judgement::kSkipped;
  invariant.actual = std::move(why);
  return invariant;
}

/// What could not be read is skipped when the run was stopped, and inconclusive when it was not.
[[nodiscard]] inline Invariant unread(Invariant invariant, const Observed& observed, std::string why) {
  invariant.status = observed.verified ? Judgement::kInconclusive : Judgement::kSkipped;
  invariant.actual = observed.verified ? std::move(why) : kInterruptedText;
  return invariant;
}

/// An answer that never has what the profile says is the profile's mistake before it is the server's.
[[nodiscard]] inline Invariant never_told(Invariant invariant, const std::string& what) {
  invariant.status = Judgement::kInconclusive;
  invariant.actual = "no grant has " + what + " where the profile says";
  return invariant;
}

/// Fails on what is proven; what is only suspicious makes it inconclusive.
inline void settle(Invariant& invariant, std::int64_t proven, std::int64_t suspicious) {
  if (proven > 0) {
    invariant.status = Judgement::kFail;
  } else if (suspicious > 0) {
    invariant.status = Judgement::kInconclusive;
  }
}

}  // namespace coupon::load
