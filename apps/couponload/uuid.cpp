#include "couponload/uuid.hpp"

#include <array>
#include <string_view>

namespace coupon::load {

namespace {

// SplitMix64 by Sebastiano Vigna: one-to-one, and every bit of the input reaches every bit of the output.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::string_view kForm = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
constexpr std::size_t kHalf = 16;  // hexadecimal digits of a word

}  // namespace

std::string uuid_text(std::uint64_t seed, std::uint64_t number) {
  const auto high = mix(mix(seed) ^ number);
  const std::array<std::uint64_t, 2> words{high, mix(high ^ mix(seed + 1))};
  std::string text(kForm);
  std::size_t digit = 0;
  for (auto& c : text) {
    if (c == '-') continue;
    const auto nibble = (words[digit / kHalf] >> (4 * (digit % kHalf))) & 0xfU;
    ++digit;
    if (c == 'x') c = kDigits[nibble];
    if (c == 'y') c = kDigits[8 | (nibble & 3U)];
  }
  return text;
}

}  // namespace coupon::load
