#pragma once
// What an answer means to the one who asked.

#include <array>
#include <cstddef>
#include <string_view>

namespace coupon::load {

enum class Outcome {
  kIssued,
  kPending,    ///< granted, not confirmed yet
  kDuplicate,  ///< this member has it already
  kSoldOut,
  kRefused,  ///< asked to come back: 429, 503 with Retry-After
  kError,    ///< certainly not issued: nothing was written, or another 4xx
  kUnknown,  ///< may have been issued: no whole answer after a byte was written, or one that fits no rule
};

inline constexpr std::array kOutcomes{Outcome::kIssued,  Outcome::kPending, Outcome::kDuplicate, Outcome::kSoldOut,
                                      Outcome::kRefused, Outcome::kError,   Outcome::kUnknown};
inline constexpr std::size_t kOutcomeCount = kOutcomes.size();

/// issued, pending, duplicate, sold_out, refused, error, unknown.
[[nodiscard]] std::string_view name_of(Outcome outcome);

}  // namespace coupon::load
