#pragma once
// HdrHistogram's log: one compressed histogram a line, with its interval and a tag.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "couponload/outcome.hpp"

namespace coupon::load {

struct RunDocument;

struct HlogEntry {
  std::string tag;      ///< empty: none
  double start_s = 0;   ///< since the log's StartTime, or since 1970 when it has none
  double length_s = 0;  ///< of the interval
  base::Histogram values;
};

struct Hlog {
  std::optional<double> start_time_s;  ///< since 1970
  std::vector<HlogEntry> entries;
};

/// Version 1.3: a line for each repeat and each class that has latencies, tagged with the class; nanoseconds inside,
/// Interval_Max in milliseconds, as the reference has it.
[[nodiscard]] std::string render_hlog(const RunDocument& document, std::optional<Outcome> outcome);

/// Reads versions 1.0 to 1.3, ours and the reference's, as long as the histograms take at most 256 MiB. Names the line
/// that cannot be read.
[[nodiscard]] base::Result<Hlog> read_hlog(std::string_view text);

}  // namespace coupon::load
