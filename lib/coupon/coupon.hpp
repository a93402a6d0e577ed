#pragma once
// A coupon's definition, as the ledger keeps it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "coupon/names.hpp"

namespace coupon {

/// The largest quota; also the bound of ranks.
inline constexpr std::int64_t kQuotaMax = 1'000'000'000;
/// Longest title, in bytes of UTF-8.
inline constexpr std::size_t kTitleMax = 200;

enum class CouponState {
  kOpen,     ///< issues inside its window
  kPaused,   ///< refuses for now; grants stay
  kClosed,   ///< refuses for good; grants stay
  kDeleted,  ///< closed and hidden; the code is never used again
};

[[nodiscard]] std::string_view name_of(CouponState state);  ///< "OPEN", "PAUSED", "CLOSED", "DELETED"
[[nodiscard]] base::Result<CouponState> parse_coupon_state(std::string_view text);

/// When a coupon issues: from opens_ms (0: always was open) until before ends_ms (0: never ends), by the gate's clock.
struct Window {
  std::int64_t opens_ms = 0;
  std::int64_t ends_ms = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

struct Coupon {
  CouponCode code;
  std::string title;
  std::int64_t quota = 0;
  CouponState state = CouponState::kOpen;
  Window window;
  std::uint64_t version = 1;  ///< grows with every change of quota, state or window
  std::uint32_t epoch = 0;    ///< grows with every rebuild of the gate; 0: never seeded
  std::int64_t created_ms = 0;
};

/// Checks quota (1..kQuotaMax), title length and that the window is not empty. The error names the field.
[[nodiscard]] base::Result<> validate(const Coupon& coupon);

}  // namespace coupon
