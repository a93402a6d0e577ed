#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <zlib.h>

#include "base/histogram.hpp"
#include "base/histogram_layout.hpp"

namespace coupon::base {

using histogram::kMaxCount;
using histogram::kMaxDigits;
using histogram::layout_fault;
using histogram::slots_of;

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
