#pragma once
// The pictures of one repeat.

#include <cstddef>
#include <string>

#include "couponload/report/document.hpp"

namespace coupon::load::html {

/// Latency by percentile, each class a line; the percentiles' axis is logarithmic, so that the tail has room. Empty
/// without samples. `number` makes the ids unique.
[[nodiscard]] std::string latency_curves(const RunDocument& document, const RepeatDocument& repeat, std::size_t number);

/// What was sent, and below it what came back, over time. Empty without a series.
[[nodiscard]] std::string time_bars(const RepeatDocument& repeat, std::size_t number);

/// The CSS class of a class of outcomes.
[[nodiscard]] std::string style_of(Outcome outcome);

}  // namespace coupon::load::html
