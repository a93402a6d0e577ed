#pragma once
// What the gate can answer to one member. Refusals are expected answers, not errors.

#include <string_view>

namespace coupon {

enum class Outcome {
  kGranted,        ///< this ask's own candidate holds a place
  kAlready,        ///< the member holds a place by an earlier ask
  kSoldOut,        ///< every place is held
  kNotOpen,        ///< before the window
  kEnded,          ///< after the window, or closed
  kPaused,         ///< paused by an operator
  kUnknownCoupon,  ///< the gate has never heard of the code
  kFenced,         ///< the gate has no approved home for this coupon: it must be rebuilt
};

inline constexpr int kOutcomeCount = 8;

/// Stable lower-case name for metrics and logs: "granted", "already", "sold_out", …
[[nodiscard]] std::string_view name_of(Outcome outcome);

}  // namespace coupon
