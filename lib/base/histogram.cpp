#include "base/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/histogram_layout.hpp"

namespace coupon::base {

using histogram::bits_of;
using histogram::half_count_magnitude_of;
using histogram::kMaxCount;
using histogram::layout_fault;
using histogram::slots_of;
using histogram::unit_magnitude_of;

namespace {

constexpr double kWhole = 100.0;  // percent

}  // namespace

Histogram::Histogram(std::int64_t lowest, std::int64_t highest, int digits)
    : lowest_(lowest), highest_(highest), digits_(digits) {
  if (const auto fault = layout_fault(lowest, highest, digits); !fault.empty()) {
    throw std::invalid_argument(std::string(fault));
  }
  unit_magnitude_ = unit_magnitude_of(lowest);
  sub_bucket_half_count_magnitude_ = half_count_magnitude_of(digits);
  sub_bucket_count_ = std::int64_t{2} << sub_bucket_half_count_magnitude_;
  sub_bucket_mask_ = (sub_bucket_count_ - 1) << unit_magnitude_;
  counts_.resize(slots_of(lowest, highest, digits));
}

std::size_t Histogram::index_of(std::int64_t value) const {
  const int bucket = bits_of(value | sub_bucket_mask_) - unit_magnitude_ - sub_bucket_half_count_magnitude_ - 1;
  const std::int64_t sub_bucket = value >> (bucket + unit_magnitude_);
  const std::int64_t base = std::int64_t{bucket + 1} << sub_bucket_half_count_magnitude_;
  return static_cast<std::size_t>(base + sub_bucket - sub_bucket_count_ / 2);
}

std::int64_t Histogram::value_at(std::size_t index) const {
  const std::int64_t half_count = sub_bucket_count_ / 2;
  const auto at = static_cast<std::int64_t>(index);
  const auto bucket = (at >> sub_bucket_half_count_magnitude_) - 1;
  if (bucket < 0) return at << unit_magnitude_;
  return ((at & (half_count - 1)) + half_count) << (bucket + unit_magnitude_);
}

std::int64_t Histogram::width_of(std::int64_t value) const {
  return std::int64_t{1} << (bits_of(value | sub_bucket_mask_) - sub_bucket_half_count_magnitude_ - 1);
}

std::int64_t Histogram::highest_equivalent(std::int64_t value) const { return value | (width_of(value) - 1); }

void Histogram::record(std::int64_t value, std::int64_t count) {
  count = std::min(count, kMaxCount - total_);
  if (count <= 0) return;
  if (value < 0 || value > highest_) {
    value = std::clamp(value, std::int64_t{0}, highest_);
    clamped_ += std::min(count, kMaxCount - clamped_);
  }
  counts_[index_of(value)] += count;
  smallest_ = total_ == 0 ? value : std::min(smallest_, value);
  largest_ = std::max(largest_, value);
  total_ += count;
}

void Histogram::add(const Histogram& other) {
  const auto clamped_there = other.clamped_;
  const bool same_slots = counts_.size() == other.counts_.size() && unit_magnitude_ == other.unit_magnitude_ &&
                          sub_bucket_count_ == other.sub_bucket_count_;
  if (same_slots && other.total_ > 0) {
    smallest_ = total_ == 0 ? other.smallest_ : std::min(smallest_, other.smallest_);
    largest_ = std::max(largest_, other.largest_);
  }
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    if (other.counts_[i] == 0) continue;
    if (same_slots) {
      const auto count = std::min(other.counts_[i], kMaxCount - total_);
      counts_[i] += count;
      total_ += count;
    } else {
      record(other.value_at(i), other.counts_[i]);
    }
  }
  clamped_ += std::min(clamped_there, kMaxCount - clamped_);
}

void Histogram::reset() {
  std::ranges::fill(counts_, 0);
  total_ = clamped_ = smallest_ = largest_ = 0;
}

std::int64_t Histogram::min() const { return smallest_ & ~(width_of(smallest_) - 1); }

std::int64_t Histogram::max() const { return total_ == 0 ? 0 : highest_equivalent(largest_); }

double Histogram::mean() const {
  if (total_ == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const auto value = value_at(i);
    const auto middle = value + width_of(value) / 2;
    sum += static_cast<double>(middle) * static_cast<double>(counts_[i]);
  }
  return sum / static_cast<double>(total_);
}

double Histogram::stddev() const {
  if (total_ == 0) return 0;
  const double center = mean();
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const auto value = value_at(i);
    const auto middle = value + width_of(value) / 2;
    const double distance = static_cast<double>(middle) - center;
    sum += distance * distance * static_cast<double>(counts_[i]);
  }
  return std::sqrt(sum / static_cast<double>(total_));
}

std::int64_t Histogram::percentile(double percentile) const {
  if (total_ == 0) return 0;
  if (!(percentile > 0)) return min();
  // One step down, so that a product that rounding lifted over a whole count does not ask for one count more.
  const double part = std::nextafter(std::min(percentile, kWhole), 0.0);
  const auto share = static_cast<std::int64_t>(std::ceil(part * static_cast<double>(total_) / kWhole));
  const auto wanted = std::max(share, std::int64_t{1});
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted) return highest_equivalent(value_at(i));
  }
  return max();
}

std::int64_t Histogram::count_at(std::int64_t value) const {
  return counts_[std::min(index_of(std::max(value, std::int64_t{0})), counts_.size() - 1)];
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> out;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) out.push_back({highest_equivalent(value_at(i)), counts_[i]});
  }
  return out;
}

namespace {

// The level after `level`: every half of the distance that is left to 100 % is cut into `ticks` steps.
double next_level(double level, int ticks) {
  const double halvings = std::floor(std::log(kWhole / (kWhole - level)) / std::log(2.0)) + 1;
  const double next = level + kWhole / (ticks * std::exp2(halvings));
  // Past the resolution of a double no step moves the level any more.
  return next > level && next < kWhole ? next : kWhole;
}

}  // namespace

std::vector<Histogram::PercentileRow> Histogram::percentile_rows(int ticks) const {
  std::vector<PercentileRow> rows;
  double level = 0;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size() && seen < total_; ++i) {
    if (counts_[i] == 0) continue;
    seen += counts_[i];
    const auto value = highest_equivalent(value_at(i));
    const double reached = kWhole * static_cast<double>(seen) / static_cast<double>(total_);
    while (level < kWhole && reached >= level) {
      rows.push_back({value, level, seen});
      if (seen == total_) break;
      level = next_level(level, std::max(ticks, 1));
    }
    if (seen == total_) rows.push_back({value, kWhole, seen});
  }
  return rows;
}

}  // namespace coupon::base
