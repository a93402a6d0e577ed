#pragma once
// One of several machines that run one load together.

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace coupon::load {

inline constexpr std::int64_t kShardsMax = 1'000;

/// Shard `index` of `count`; by default the whole. What it takes of a row is told in two ways, both without overlap and
/// without a rest: a stretch of its own, or every count-th one.
struct Shard {
  std::uint32_t index = 1;  ///< 1-based
  std::uint32_t count = 1;

  /// "2/3": 1 <= index <= count <= kShardsMax, else kInvalid.
  [[nodiscard]] static base::Result<Shard> parse(std::string_view text);

  [[nodiscard]] bool is_part() const { return count > 1; }
  /// The one that also does what has to be done once: set-up and teardown.
  [[nodiscard]] bool leads() const { return index == 1; }
  /// How many of `whole` are its own, in either way; those of two shards differ by one at most.
  [[nodiscard]] std::uint64_t part(std::uint64_t whole) const {
    return whole / count + (index <= whole % count ? 1 : 0);
  }
  /// Where its stretch of `whole` begins.
  [[nodiscard]] std::uint64_t first(std::uint64_t whole) const;
  /// The place in the whole row of its own number `number`, when every count-th one is its own.
  [[nodiscard]] std::uint64_t place(std::uint64_t number) const { return index - 1 + number * count; }
  bool operator==(const Shard&) const = default;
};

}  // namespace coupon::load
