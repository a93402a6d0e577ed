#pragma once
// How a histogram's counts are laid out: shared by its arithmetic and its encoding, used by nothing else. The names are
// the reference's, since its papers and its encoding use them.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace coupon::base::histogram {

inline constexpr int kMinDigits = 1;
inline constexpr int kMaxDigits = 5;
inline constexpr std::int64_t kMaxCount = std::numeric_limits<std::int64_t>::max();

[[nodiscard]] int bits_of(std::int64_t value);
[[nodiscard]] int unit_magnitude_of(std::int64_t lowest);
/// Two sub buckets for each distinguishable step of the wanted digits, rounded up to a power of two, then halved: the
/// lower half of every bucket but the first is covered by the bucket before it.
[[nodiscard]] int half_count_magnitude_of(int digits);
/// What is wrong with a layout; empty when nothing is.
[[nodiscard]] std::string_view layout_fault(std::int64_t lowest, std::int64_t highest, int digits);
/// How many counts a faultless layout takes.
[[nodiscard]] std::size_t slots_of(std::int64_t lowest, std::int64_t highest, int digits);

}  // namespace coupon::base::histogram
