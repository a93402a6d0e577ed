#pragma once
// The parts of the page that are words and tables.

#include <cstddef>
#include <string>
#include <string_view>

#include "couponload/report/document.hpp"

namespace coupon::load::html {

/// Escaped, and cut at `bytes_max` (on a character's border; earlier when escaping makes it long) with "…": what comes
/// from outside must not fill the page.
[[nodiscard]] std::string text(std::string_view from_outside, std::size_t bytes_max = 300);

/// The verdict, large.
[[nodiscard]] std::string banner(const RunDocument& document);
/// The few figures that everybody looks for, of one repeat.
[[nodiscard]] std::string tiles(const RepeatDocument& repeat);
/// All repeats in a table, a line each.
[[nodiscard]] std::string overview(const RunDocument& document);
[[nodiscard]] std::string invariants(const RepeatDocument& repeat);
[[nodiscard]] std::string thresholds(const RepeatDocument& repeat);
[[nodiscard]] std::string validity(const RepeatDocument& repeat);
[[nodiscard]] std::string percentiles(const RepeatDocument& repeat);
[[nodiscard]] std::string answers(const RepeatDocument& repeat);
/// Scenario and machine.
[[nodiscard]] std::string environment(const RunDocument& document);

}  // namespace coupon::load::html
