#pragma once
// HDR histogram: counts of values over a wide range with a fixed number of significant digits, in constant memory and
// constant time per value. Bucket layout and V2 encoding are those of HdrHistogram (hdrhistogram.org; its Java
// reference implementation reads what encode() writes and the other way round).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace coupon::base {

/// Not thread-safe: one per thread, merged at the end with `add`.
class Histogram {
 public:
  /// Values from `lowest` (>= 1) to `highest` (>= 2 * lowest) keep `digits` (1 to 5) significant digits; values from 0
  /// to `lowest` are counted with less. The default suits nanoseconds: 1 µs to 1 h with 3 digits. Throws
  /// std::invalid_argument for an impossible layout.
  explicit Histogram(std::int64_t lowest = 1'000, std::int64_t highest = 3'600'000'000'000, int digits = 3);

  /// Counts `value` `count` times. A value below 0 or above `highest` is clamped into the range and counted in
  /// `clamped()`.
  void record(std::int64_t value, std::int64_t count = 1);
  /// Adds another histogram of any layout; values it cannot hold are clamped.
  void add(const Histogram& other);
  void reset();

  [[nodiscard]] std::int64_t count() const { return total_; }
  [[nodiscard]] std::int64_t clamped() const { return clamped_; }
  [[nodiscard]] std::int64_t lowest() const { return lowest_; }
  [[nodiscard]] std::int64_t highest() const { return highest_; }
  [[nodiscard]] int digits() const { return digits_; }
  /// The memory that its counts take.
  [[nodiscard]] std::size_t bytes() const { return counts_.size() * sizeof(std::int64_t); }

  /// 0 when empty. `min` and `max` are as the reference reports them: the lowest and highest value equivalent to the
  /// smallest and largest one recorded.
  [[nodiscard]] std::int64_t min() const;
  [[nodiscard]] std::int64_t max() const;
  [[nodiscard]] double mean() const;
  [[nodiscard]] double stddev() const;
  /// The value below or at which `percentile` (0 to 100) percent of all counts lie, as the highest equivalent value;
  /// 0 when empty.
  [[nodiscard]] std::int64_t percentile(double percentile) const;
  [[nodiscard]] std::int64_t count_at(std::int64_t value) const;

  struct Bucket {
    std::int64_t highest_value;  ///< highest value equivalent to this bucket's
    std::int64_t count;
  };
  /// The buckets that hold anything, in rising order.
  [[nodiscard]] std::vector<Bucket> buckets() const;

  /// One line of HdrHistogram's percentile table.
  struct PercentileRow {
    std::int64_t value;
    double percentile;  ///< 0 to 100
    std::int64_t total_count;
  };
  /// The reference's percentile iteration: `ticks` reporting steps per half distance to 100 %.
  [[nodiscard]] std::vector<PercentileRow> percentile_rows(int ticks) const;

  /// V2 encoding: raw bytes, zlib-compressed, and the base 64 of the compressed form (as in a .hlog line).
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] std::string encode_compressed() const;
  [[nodiscard]] std::string encode_base64() const;
  /// Reads any of the three forms above. Refuses anything malformed, with a layout beyond the bounds above, or that
  /// would take more than 64 MiB.
  [[nodiscard]] static Result<Histogram> decode(std::string_view bytes);

 private:
  [[nodiscard]] std::size_t index_of(std::int64_t value) const;
  [[nodiscard]] std::int64_t value_at(std::size_t index) const;
  [[nodiscard]] std::int64_t width_of(std::int64_t value) const;
  [[nodiscard]] std::int64_t highest_equivalent(std::int64_t value) const;

  std::int64_t lowest_;
  std::int64_t highest_;
  int digits_;
  int unit_magnitude_ = 0;
  int sub_bucket_half_count_magnitude_ = 0;
  std::int64_t sub_bucket_count_ = 0;
  std::int64_t sub_bucket_mask_ = 0;
  std::int64_t total_ = 0;
  std::int64_t clamped_ = 0;
  std::int64_t smallest_ = 0;
  std::int64_t largest_ = 0;
  std::vector<std::int64_t> counts_;
};

}  // namespace coupon::base
