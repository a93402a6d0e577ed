#include "base/histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <zlib.h>

namespace coupon::base {

namespace {

constexpr std::int64_t kMaxCount = std::numeric_limits<std::int64_t>::max();
constexpr double kWhole = 100.0;  // percent

// Layout: the names are the reference's, since its papers and its encoding use them.
constexpr int kMinDigits = 1;
constexpr int kMaxDigits = 5;
constexpr int kMaxMagnitude = 61;  // of unit and half sub bucket count together: one more would shift out the sign

int bits_of(std::int64_t value) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))); }

int unit_magnitude_of(std::int64_t lowest) { return bits_of(lowest) - 1; }

// Two sub buckets for each distinguishable step of the wanted digits, rounded up to a power of two, then halved: the
// lower half of every bucket but the first is covered by the bucket before it.
int half_count_magnitude_of(int digits) {
  std::int64_t single_unit_values = 2;
  for (int i = 0; i < digits; ++i) single_unit_values *= 10;
  return bits_of(single_unit_values - 1) - 1;
}

// What is wrong with a layout; empty when nothing is.
std::string_view layout_fault(std::int64_t lowest, std::int64_t highest, int digits) {
  if (digits < kMinDigits || digits > kMaxDigits) return "a histogram keeps 1 to 5 significant digits";
  if (lowest < 1) return "a histogram's lowest value must be at least 1";
  if (highest / 2 < lowest) return "a histogram's highest value must be at least twice its lowest";
  if (unit_magnitude_of(lowest) + half_count_magnitude_of(digits) > kMaxMagnitude) {
    return "a histogram's lowest value is too large for its digits";
  }
  return {};
}

// How many counts a faultless layout takes.
std::size_t slots_of(std::int64_t lowest, std::int64_t highest, int digits) {
  const int half_magnitude = half_count_magnitude_of(digits);
  const auto range = static_cast<std::uint64_t>(highest);
  std::uint64_t untrackable = std::uint64_t{2} << (half_magnitude + unit_magnitude_of(lowest));
  std::size_t buckets = 1;
  for (; untrackable <= range; untrackable *= 2) ++buckets;  // ends at 2^63 at the latest: highest is below it
  return (buckets + 1) << half_magnitude;
}

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

// The V2 encoding: a header of 40 bytes, big endian, then the counts up to the largest value, each ZigZag LEB128.
namespace {

constexpr std::uint32_t kRawCookie = 0x1c849303 | 0x10;  // 0x10: words of up to 8 bytes, as every V2 encoding says
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr char kCookieByte = 0x1c;
constexpr std::size_t kCompressedHeader = 2 * sizeof(std::uint32_t);
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr int kLebBits = 7;
constexpr int kLebBytes = 8;  // after so many with 7 bits each, a ninth one carries the last 8
constexpr std::uint64_t kLebMore = 0x80;

template <std::unsigned_integral T>
void append_big_endian(std::string& out, T value) {
  for (int shift = std::numeric_limits<T>::digits; shift > 0;) {
    shift -= 8;
    out += static_cast<char>((value >> shift) & 0xff);
  }
}

void append_zigzag(std::string& out, std::int64_t value) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
  for (int i = 0; i < kLebBytes; ++i) {
    if (rest < kLebMore) {
      out += static_cast<char>(rest);
      return;
    }
    out += static_cast<char>((rest & (kLebMore - 1)) | kLebMore);
    rest >>= kLebBits;
  }
  out += static_cast<char>(rest);
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kPad = '=';
constexpr std::size_t kGroupBytes = 3;
constexpr std::size_t kGroupDigits = 4;
constexpr int kDigitBits = 6;

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + kGroupBytes - 1) / kGroupBytes * kGroupDigits);
  for (std::size_t at = 0; at < bytes.size(); at += kGroupBytes) {
    const auto there = std::min(kGroupBytes, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < kGroupBytes; ++i) {
      group = (group << 8) | (i < there ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < kGroupDigits; ++i) {
      const auto digit = (group >> (kDigitBits * (kGroupDigits - 1 - i))) & (kBase64.size() - 1);
      out += i <= there ? kBase64[digit] : kPad;
    }
  }
  return out;
}

// Strict: whole groups, padding at the end only.
std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % kGroupDigits != 0) return std::nullopt;
  auto digits = text.size();
  for (int pads = 0; pads < 2 && digits > 0 && text[digits - 1] == kPad; ++pads) --digits;
  std::string out;
  out.reserve(digits * kGroupBytes / kGroupDigits);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text.substr(0, digits)) {
    const auto digit = kBase64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << kDigitBits) | static_cast<std::uint32_t>(digit);
    held += kDigitBits;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> held) & 0xff);
  }
  return out;
}

}  // namespace

std::string Histogram::encode() const {
  std::string counts;
  const auto end = index_of(largest_) + 1;
  for (std::size_t i = 0; i < end;) {
    const auto from = i;
    while (i < end && counts_[i] == 0) ++i;
    const auto zeros = static_cast<std::int64_t>(i - from);
    if (zeros > 0) append_zigzag(counts, zeros == 1 ? 0 : -zeros);
    if (i < end) append_zigzag(counts, counts_[i++]);
  }
  constexpr double kRatio = 1;  // of recorded to real values
  std::string out;
  append_big_endian(out, kRawCookie);
  append_big_endian(out, static_cast<std::uint32_t>(counts.size()));
  append_big_endian(out, std::uint32_t{0});  // the normalizing index offset
  append_big_endian(out, static_cast<std::uint32_t>(digits_));
  append_big_endian(out, static_cast<std::uint64_t>(lowest_));
  append_big_endian(out, static_cast<std::uint64_t>(highest_));
  append_big_endian(out, std::bit_cast<std::uint64_t>(kRatio));
  return out + counts;
}

std::string Histogram::encode_compressed() const {
  const auto raw = encode();
  auto size = ::compressBound(raw.size());
  std::string body(size, '\0');
  const auto* from = reinterpret_cast<const Bytef*>(raw.data());
  if (::compress(reinterpret_cast<Bytef*>(body.data()), &size, from, raw.size()) != Z_OK) throw std::bad_alloc();
  body.resize(size);
  std::string out;
  append_big_endian(out, kCompressedCookie);
  append_big_endian(out, static_cast<std::uint32_t>(size));
  return out + body;
}

std::string Histogram::encode_base64() const { return to_base64(encode_compressed()); }

namespace {

// Encoded bytes one after another; nothing is held but a window of them.
class Source {
 public:
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  [[nodiscard]] std::optional<std::uint8_t> next() {
    if (window_.empty()) window_ = refill();
    if (window_.empty()) return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(window_.front());
    window_.remove_prefix(1);
    return byte;
  }

  template <std::unsigned_integral T>
  [[nodiscard]] std::optional<T> next_big_endian() {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const auto byte = next();
      if (!byte) return std::nullopt;
      value = (value << 8) | *byte;
    }
    return value;
  }

  /// True when every byte was read and the end is a proper one.
  [[nodiscard]] bool at_end() { return !next() && ended_well(); }

 protected:
  explicit Source(std::string_view window = {}) : window_(window) {}
  virtual std::string_view refill() { return {}; }
  [[nodiscard]] virtual bool ended_well() const { return true; }

 private:
  std::string_view window_;
};

class RawSource final : public Source {
 public:
  explicit RawSource(std::string_view bytes) : Source(bytes) {}
};

class ZlibSource final : public Source {
 public:
  explicit ZlibSource(std::string_view bytes) {
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(bytes.size());
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~ZlibSource() override { ::inflateEnd(&stream_); }

 protected:
  std::string_view refill() override {
    if (state_ != Z_OK) return {};
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    state_ = ::inflate(&stream_, Z_NO_FLUSH);
    return {buffer_.data(), buffer_.size() - stream_.avail_out};
  }
  [[nodiscard]] bool ended_well() const override { return state_ == Z_STREAM_END && stream_.avail_in == 0; }

 private:
  static constexpr std::size_t kWindow = 16'384;
  z_stream stream_{};
  int state_ = Z_OK;
  std::array<char, kWindow> buffer_{};
};

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(Errc::kCorrupt, "encoded histogram: " + std::string(what));
}

std::unexpected<Error> unsupported(std::string_view what) {
  return fail(Errc::kUnsupported, "encoded histogram: " + std::string(what));
}

struct Header {
  std::uint32_t payload = 0;
  std::int64_t lowest = 0;
  std::int64_t highest = 0;
  int digits = 0;
};

Result<Header> read_header(Source& source) {
  const auto cookie = source.next_big_endian<std::uint32_t>();
  const auto payload = source.next_big_endian<std::uint32_t>();
  const auto offset = source.next_big_endian<std::uint32_t>();
  const auto digits = source.next_big_endian<std::uint32_t>();
  const auto lowest = source.next_big_endian<std::uint64_t>();
  const auto highest = source.next_big_endian<std::uint64_t>();
  const auto ratio = source.next_big_endian<std::uint64_t>();
  if (!ratio) return corrupt("it ends within its header");
  if (*cookie != kRawCookie) return unsupported("it is not a V2 encoding");
  if (*offset != 0) return unsupported("it has a normalizing offset; shifted histograms cannot be read");
  if (std::bit_cast<double>(*ratio) != 1.0) return unsupported("its values are scaled; only whole values can be read");
  Header header{*payload, static_cast<std::int64_t>(*lowest), static_cast<std::int64_t>(*highest), 0};
  if (*digits <= kMaxDigits) header.digits = static_cast<int>(*digits);
  if (const auto fault = layout_fault(header.lowest, header.highest, header.digits); !fault.empty()) {
    return corrupt(fault);
  }
  return header;
}

// Reads one number of at most `left` bytes and takes them off `left`.
std::optional<std::int64_t> read_zigzag(Source& source, std::uint32_t& left) {
  std::uint64_t bits = 0;
  for (int i = 0; i <= kLebBytes; ++i) {
    if (left == 0) return std::nullopt;
    const auto byte = source.next();
    if (!byte) return std::nullopt;
    --left;
    const bool last = i == kLebBytes || (*byte & kLebMore) == 0;
    bits |= (last ? *byte : *byte & (kLebMore - 1)) << (kLebBits * i);
    if (last) break;
  }
  return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

// Reads `payload` bytes of counts into `counts` and answers their sum.
Result<std::int64_t> read_counts(Source& source, std::uint32_t payload, std::vector<std::int64_t>& counts) {
  std::size_t at = 0;
  std::int64_t total = 0;
  while (payload > 0) {
    const auto number = read_zigzag(source, payload);
    if (!number) return corrupt("it ends within a count");
    const auto slots = *number < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(*number) : std::uint64_t{1};
    if (slots > counts.size() - at) return corrupt("it has counts beyond its highest value");
    if (*number > kMaxCount - total) return corrupt("its counts add up to more than 2^63 - 1");
    if (*number > 0) {
      counts[at] = *number;
      total += *number;
    }
    at += slots;
  }
  if (!source.at_end()) return corrupt("its length is not the one that it states");
  return total;
}

// The source for one of the two binary forms.
Result<std::unique_ptr<Source>> open_source(std::string_view bytes) {
  RawSource start(bytes);
  const auto cookie = start.next_big_endian<std::uint32_t>();
  if (cookie != kCompressedCookie) return std::make_unique<RawSource>(bytes);
  const auto length = start.next_big_endian<std::uint32_t>();
  if (!length || bytes.size() - kCompressedHeader != *length) {
    return corrupt("its compressed length is not the one that it states");
  }
  return std::make_unique<ZlibSource>(bytes.substr(kCompressedHeader));
}

}  // namespace

Result<Histogram> Histogram::decode(std::string_view bytes) {
  constexpr std::string_view kTooLarge = "it would take more than 64 MiB";
  if (bytes.size() / kGroupDigits * kGroupBytes > kMaxBytes) return corrupt(kTooLarge);
  std::optional<std::string> binary;
  if (!bytes.starts_with(kCookieByte)) {
    binary = from_base64(bytes);
    if (!binary) return corrupt("it is neither binary nor base 64");
    bytes = *binary;
  }
  const auto source = open_source(bytes);
  if (!source) return std::unexpected(source.error());
  const auto header = read_header(**source);
  if (!header) return std::unexpected(header.error());
  const auto held = binary ? binary->capacity() : 0;
  const auto slots = slots_of(header->lowest, header->highest, header->digits);
  if (held + slots * sizeof(std::int64_t) > kMaxBytes) return corrupt(kTooLarge);

  Histogram histogram(header->lowest, header->highest, header->digits);
  const auto total = read_counts(**source, header->payload, histogram.counts_);
  if (!total) return std::unexpected(total.error());
  histogram.total_ = *total;
  const auto recorded = [](std::int64_t count) { return count != 0; };
  if (*total > 0) {
    const auto first = std::ranges::find_if(histogram.counts_, recorded) - histogram.counts_.begin();
    const auto last = std::find_if(histogram.counts_.rbegin(), histogram.counts_.rend(), recorded);
    histogram.smallest_ = histogram.value_at(static_cast<std::size_t>(first));
    histogram.largest_ = histogram.value_at(static_cast<std::size_t>(histogram.counts_.rend() - last) - 1);
  }
  return histogram;
}

}  // namespace coupon::base
