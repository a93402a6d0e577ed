#pragma once
// HdrHistogram's percentile table, as its reference implementation prints it and its plotter reads it.

#include <string>

#include "base/histogram.hpp"

namespace coupon::load {

/// Five steps for each half of the way to 100 %; values are divided by `ratio`.
[[nodiscard]] std::string percentile_table(const base::Histogram& histogram, double ratio);

}  // namespace coupon::load
