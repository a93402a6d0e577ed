#pragma once
// What figures are turned into for people.

namespace coupon::load {

inline constexpr double kPercent = 100;  ///< of a share
inline constexpr double kMedianPercentile = 50;
inline constexpr double kTailPercentile = 99;
inline constexpr double kNsPerSecond = 1e9;

}  // namespace coupon::load
