#include "base/ids.hpp"

#include <algorithm>

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

}  // namespace

void Ulid::append_to(std::string& out) const {
  // 130 bits of text for 128 bits of id: the first character carries three.
  Uint128 value = 0;
  for (const auto byte : bytes) value = (value << 8) | byte;
  std::array<char, kTextLength> text{};
  for (std::size_t i = kTextLength; i-- > 0;) {
    text[i] = kAlphabet[static_cast<std::size_t>(value & 31)];
    value >>= 5;
  }
  out.append(text.data(), text.size());
}

std::string Ulid::text() const {
  std::string out;
  append_to(out);
  return out;
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
