#pragma once
// Choices that a seed repeats, and how many of them a run makes.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace coupon::test {

/// Not thread-safe. The same seed gives the same choices on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  /// 0 to bound - 1; `bound` is at least 1.
  [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }
  [[nodiscard]] bool percent(std::size_t chance) { return below(100) < chance; }
  template <class T>
  [[nodiscard]] T pick(const std::vector<T>& choices) {
    return choices.at(below(choices.size()));
  }
  [[nodiscard]] std::string text(std::initializer_list<std::string_view> choices) {
    return std::string(*(choices.begin() + below(choices.size())));
  }
  /// Any bytes.
  [[nodiscard]] std::string bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(below(256));
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

/// COUPON_DOORS_SEED, 1 by default; printed, so that a failure can be repeated.
[[nodiscard]] std::uint64_t seed_of_doors();
/// COUPON_DOORS_REQUESTS, 2,000 by default.
[[nodiscard]] std::size_t requests_of_doors();

/// `bytes` as C++ would write them, at most the first 600, for messages.
[[nodiscard]] std::string visible(std::string_view bytes);

}  // namespace coupon::test
