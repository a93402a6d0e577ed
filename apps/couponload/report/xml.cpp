#include <cstdint>

#include "couponload/report/render.hpp"

namespace coupon::load {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// How many bytes the character at the start of the text has; 0 when it is no UTF-8 (RFC 3629).
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  const bool too_short = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  if (too_short || beyond) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

// XML has no control characters but tab and line ends, and not U+FFFE and U+FFFF.
bool allowed(std::string_view character) {
  if (character.size() == 1) {
    const char c = character.front();
    return (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') || c == '\t' || c == '\n';
  }
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

std::string_view entity_of(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto size = character_size(text);
    const auto character = text.substr(0, size == 0 ? 1 : size);
    text.remove_prefix(character.size());
    const auto entity = entity_of(character.front());
    if (size == 0 || !allowed(character)) {
      out += kReplacement;
    } else if (!entity.empty()) {
      out += entity;
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace coupon::load
