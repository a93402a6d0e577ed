#include "fuzz/mutator.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace coupon::fuzz {

namespace {

constexpr std::size_t kChangesMax = 8;
constexpr std::size_t kPieceMax = 64;
constexpr std::size_t kHexDigits = 2;

// Numbers where parsers have their bounds.
constexpr std::array<std::string_view, 12> kNumbers{"0",
                                                    "-1",
                                                    "1",
                                                    "255",
                                                    "65536",
                                                    "4294967296",
                                                    "9223372036854775807",
                                                    "9223372036854775808",
                                                    "-9223372036854775808",
                                                    "18446744073709551616",
                                                    "1e308",
                                                    "1.5"};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escaped = text[at] == '\\' && at + 1 < text.size();
    if (escaped) ++at;
    if (!escaped || text[at] != 'x') {
      out += text[at];
    } else {
      unsigned byte = 0;
      const auto digits = text.substr(at + 1, kHexDigits);
      std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      out += static_cast<char>(byte);
      at += digits.size();
    }
  }
  return out;
}

}  // namespace

Words read_words(std::string_view dictionary) {
  Words words;
  while (!dictionary.empty()) {
    const auto end = std::min(dictionary.find('\n'), dictionary.size());
    const auto line = dictionary.substr(0, end);
    dictionary.remove_prefix(std::min(end + 1, dictionary.size()));
    const auto begin = line.find('"');
    const auto close = line.rfind('"');
    if (line.starts_with('#') || begin == close) continue;
    words.push_back(unescape(line.substr(begin + 1, close - begin - 1)));
  }
  return words;
}

std::string Mutator::next() {
  auto text = inputs_.empty() ? std::string() : inputs_[below(inputs_.size())];
  for (auto changes = 1 + below(kChangesMax); changes > 0; --changes) change(text);
  if (text.size() > bytes_max_) text.resize(bytes_max_);
  return text;
}

void Mutator::change(std::string& text) {
  const auto at = below(text.size());
  const auto length = 1 + below(std::min(kPieceMax, text.size() - at));
  switch (below(8)) {
    case 0: change_byte(text); break;
    case 1: text.erase(at, length); break;
    case 2: text.resize(at); break;
    case 3: text.insert(at, text.substr(at, length)); break;
    case 4: text.insert(at, 1, static_cast<char>(random_())); break;
    case 5: splice(text); break;
    default: put_word(text);
  }
}

void Mutator::change_byte(std::string& text) {
  if (text.empty()) return;
  auto& byte = text[below(text.size())];
  byte = below(2) == 0 ? static_cast<char>(byte ^ (1 << below(8))) : static_cast<char>(random_());
}

// A word, or in place of a number another one.
void Mutator::put_word(std::string& text) {
  const auto at = below(text.size() + 1);
  const auto digit = text.find_first_of("0123456789", at);
  if (digit != std::string::npos && below(2) == 0) {
    const auto end = std::min(text.find_first_not_of("0123456789", digit), text.size());
    text.replace(digit, end - digit, kNumbers[below(kNumbers.size())]);
  } else if (!words_.empty()) {
    const auto& word = words_[below(words_.size())];
    text.replace(at, below(2) == 0 ? 0 : std::min(word.size(), text.size() - at), word);
  }
}

void Mutator::splice(std::string& text) {
  if (inputs_.empty()) return;
  const auto& other = inputs_[below(inputs_.size())];
  const auto from = below(other.size());
  text.resize(below(text.size() + 1));
  text += std::string_view(other).substr(from);
}

}  // namespace coupon::fuzz
