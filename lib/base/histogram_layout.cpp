#include "base/histogram_layout.hpp"

#include <bit>

namespace coupon::base::histogram {

namespace {
constexpr int kMaxMagnitude = 61;  // of unit and half sub bucket count together: one more would shift out the sign
}  // namespace

int bits_of(std::int64_t value) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))); }

int unit_magnitude_of(std::int64_t lowest) { return bits_of(lowest) - 1; }

int half_count_magnitude_of(int digits) {
  std::int64_t single_unit_values = 2;
  for (int i = 0; i < digits; ++i) single_unit_values *= 10;
  return bits_of(single_unit_values - 1) - 1;
}

std::string_view layout_fault(std::int64_t lowest, std::int64_t highest, int digits) {
  if (digits < kMinDigits || digits > kMaxDigits) return "a histogram keeps 1 to 5 significant digits";
  if (lowest < 1) return "a histogram's lowest value must be at least 1";
  if (highest / 2 < lowest) return "a histogram's highest value must be at least twice its lowest";
  if (unit_magnitude_of(lowest) + half_count_magnitude_of(digits) > kMaxMagnitude) {
    return "a histogram's lowest value is too large for its digits";
  }
  return {};
}

std::size_t slots_of(std::int64_t lowest, std::int64_t highest, int digits) {
  const int half_magnitude = half_count_magnitude_of(digits);
  const auto range = static_cast<std::uint64_t>(highest);
  std::uint64_t untrackable = std::uint64_t{2} << (half_magnitude + unit_magnitude_of(lowest));
  std::size_t buckets = 1;
  for (; untrackable <= range; untrackable *= 2) ++buckets;  // ends at 2^63 at the latest: highest is below it
  return (buckets + 1) << half_magnitude;
}

}  // namespace coupon::base::histogram
