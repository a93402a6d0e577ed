#pragma once
// Whether two samples come from the same distribution, without assuming its shape.

#include <cstddef>
#include <vector>

namespace coupon::load {

inline constexpr std::size_t kSampleMax = 50;

/// The two-sided p-value of the Mann–Whitney U test (Wilcoxon's rank sum), exact also with ties: the share of all ways
/// to divide the values in two such groups whose rank sum is at least as far from its mean. Both samples have 1 to
/// kSampleMax values.
[[nodiscard]] double mann_whitney_p(const std::vector<double>& a, const std::vector<double>& b);

/// Mann–Whitney's U of the first sample: how many pairs it wins, a tie counting half.
[[nodiscard]] double mann_whitney_u(const std::vector<double>& a, const std::vector<double>& b);

/// Holm's step-down correction of several p-values, in the order given.
[[nodiscard]] std::vector<double> holm(const std::vector<double>& p);

/// Of at least one value.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace coupon::load
