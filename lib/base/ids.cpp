#include "base/ids.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace coupon::base {

namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    const auto upper = static_cast<unsigned char>(kAlphabet[i]);
    values[upper] = static_cast<std::int8_t>(i);
    if (upper >= 'A') values[upper + ('a' - 'A')] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr auto kValues = make_values();

// Eight bytes, the first the most significant.
std::uint64_t word_at(const std::array<std::uint8_t, 16>& bytes, std::size_t begin) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + begin, sizeof(word));
  return std::endian::native == std::endian::little ? std::byteswap(word) : word;
}

}  // namespace

void Ulid::append_to(std::string& out) const {
  const auto text = chars();
  out.append(text.data(), text.size());
}

std::string Ulid::text() const {
  const auto text = chars();
  return {text.data(), text.size()};
}

// 130 bits of text for 128 bits of id: the first character carries three. A word holds the bits of twelve.
std::array<char, Ulid::kTextLength> Ulid::chars() const {
  std::array<char, kTextLength> text{};
  auto at = text.size();
  const auto write = [&text, &at](std::size_t count, std::uint64_t bits) {
    for (; count > 0; --count, bits >>= 5) text[--at] = kAlphabet[bits & 31];
  };
  const auto high = word_at(bytes, 0);
  const auto low = word_at(bytes, sizeof(high));
  write(12, low);
  write(12, (high << 4) | (low >> 60));
  write(2, high >> 56);
  return text;
}

std::string_view Ulid::view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::int64_t Ulid::created_ms() const {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | bytes[i];
  return ms;
}

Result<Ulid> Ulid::parse(std::string_view text) {
  if (text.size() != kTextLength) return fail(Errc::kInvalid, "an id has 26 characters");
  Uint128 value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = kValues[static_cast<unsigned char>(text[i])];
    if (digit < 0 || (i == 0 && digit > 7)) return fail(Errc::kInvalid, "an id is written in Crockford's base 32");
    value = (value << 5) | static_cast<unsigned char>(digit);
  }
  Ulid id;
  for (std::size_t i = id.bytes.size(); i-- > 0;) {
    id.bytes[i] = static_cast<std::uint8_t>(value & 0xff);
    value >>= 8;
  }
  return id;
}

Result<Ulid> Ulid::from_bytes(std::string_view raw) {
  Ulid id;
  if (raw.size() != id.bytes.size()) return fail(Errc::kCorrupt, "an id has 16 bytes");
  std::ranges::copy(raw, id.bytes.begin());
  return id;
}

UlidGenerator::UlidGenerator(const Clock& clock) : clock_(clock) {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  random_.seed(seed);
}

Ulid UlidGenerator::next() {
  const auto now = static_cast<std::uint64_t>(clock_.wall_ms());
  if (now > last_ms_) {
    last_ms_ = now;
    high_ = static_cast<std::uint16_t>(random_());
    low_ = random_();
  } else {
    // Same millisecond: step by a random amount, so that ids stay unguessable and ordered.
    const auto step = (random_() >> 32) + 1;
    const auto before = low_;
    low_ += step;
    if (low_ < before && ++high_ == 0) ++last_ms_;
  }
  Ulid id;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(last_ms_ >> (8 * (5 - i)));
  id.bytes[6] = static_cast<std::uint8_t>(high_ >> 8);
  id.bytes[7] = static_cast<std::uint8_t>(high_);
  for (std::size_t i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(low_ >> (8 * (7 - i)));
  return id;
}

}  // namespace coupon::base
