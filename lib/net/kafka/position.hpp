#pragma once
// Where a group goes on in a partition, from what it committed and what the partition still has.

#include <cstdint>
#include <optional>

namespace coupon::net::kafka {

struct Position {
  std::int64_t next = 0;
  /// Records that were deleted before the group read them.
  std::int64_t lost = 0;
  /// The commit lies beyond the end: this is not the topic it was made for (deleted and created again, or data of the
  /// broker lost). Everything is delivered again.
  bool foreign = false;
};

/// Read `low`, then `committed`, then `high`, or a race looks like a loss.
[[nodiscard]] inline Position resolve(std::optional<std::int64_t> committed, std::int64_t low, std::int64_t high) {
  if (!committed) return {low, 0, false};
  if (*committed > high) return {low, 0, true};
  if (*committed < low) return {low, low - *committed, false};
  return {*committed, 0, false};
}

}  // namespace coupon::net::kafka
