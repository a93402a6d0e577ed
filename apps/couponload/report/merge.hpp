#pragma once
// Several shards of one run, each from a machine of its own, as one result.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "couponload/report/document.hpp"

namespace coupon::load {

struct MergePlan {
  std::vector<std::string> paths;    ///< a result file each; their evidence is beside them
  std::int64_t clock_error_ns = 0;   ///< how far the machines' clocks may be apart
  std::size_t rows_max = 4'000'000;  ///< requests with evidence in one repeat: about 300 bytes of memory each
};

/// The whole: histograms and counts added up, and every invariant judged again over all evidence. "Before" between two
/// requests is only claimed beyond the clock error. kInvalid when the shards are not all of the same profile, mode and
/// number of repeats, one is missing or there twice, or one has no evidence. Blocks.
[[nodiscard]] base::Result<RunDocument> merge(const MergePlan& plan);

}  // namespace coupon::load
