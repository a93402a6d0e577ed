#include "doors/dice.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <iostream>

namespace coupon::test {

namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::uint64_t kRequests = 2'000;
constexpr std::size_t kShownMax = 600;

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

std::uint64_t seed_of_doors() {
  const auto seed = number_in("COUPON_DOORS_SEED", kSeed);
  std::cout << "COUPON_DOORS_SEED=" << seed << '\n';
  return seed;
}

std::size_t requests_of_doors() { return number_in("COUPON_DOORS_REQUESTS", kRequests); }

std::string visible(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, kShownMax)) {
    const auto byte = static_cast<unsigned char>(c);
    text += c == '\r'                    ? "\\r"
            : c == '\n'                  ? "\\n\n"
            : byte < 0x20 || byte > 0x7e ? fmt::format("\\x{:02x}", byte)
                                         : std::string(1, c);
  }
  return bytes.size() > kShownMax ? text + fmt::format("… ({} bytes)", bytes.size()) : text;
}

}  // namespace coupon::test
