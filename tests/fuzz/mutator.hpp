#pragma once
// Inputs that are almost those of a corpus, the same ones for the same seed.

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace coupon::fuzz {

using Words = std::vector<std::string>;

/// Of a dictionary as libFuzzer reads it: a line "word" or name="word", with \xNN, \\ and \"; # begins a comment.
[[nodiscard]] Words read_words(std::string_view dictionary);

/// Refers to what it was made of.
class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<std::string>& inputs, const Words& words, std::size_t bytes_max)
      : random_(seed), inputs_(inputs), words_(words), bytes_max_(bytes_max) {}

  /// One to eight changes of an input: bits, bytes and digits, pieces cut out, doubled or taken from another input,
  /// words inserted or put in place of others.
  [[nodiscard]] std::string next();

 private:
  [[nodiscard]] std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  void change(std::string& text);
  void change_byte(std::string& text);
  void put_word(std::string& text);
  void splice(std::string& text);

  std::mt19937_64 random_;
  const std::vector<std::string>& inputs_;
  const Words& words_;
  std::size_t bytes_max_;
};

}  // namespace coupon::fuzz
