#pragma once
// Text put together from its parts, for what is written once per request: a format string would be read anew each time.

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace coupon::base {

namespace detail {

inline void append_part(std::string& out, std::string_view part) { out.append(part); }
inline void append_part(std::string& out, char part) { out.push_back(part); }

template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>)
void append_part(std::string& out, T number) {
  char digits[std::numeric_limits<T>::digits10 + 2];  // one more digit, and a sign
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(std::begin(digits), end);
}

template <class T>
  requires requires(const T& part, std::string& out) { part.append_to(out); }
void append_part(std::string& out, const T& part) {
  part.append_to(out);
}

}  // namespace detail

/// Appends texts, characters, integers in decimal digits, and whatever has an append_to(out), in their order.
template <class... Parts>
void append(std::string& out, const Parts&... parts) {
  (detail::append_part(out, parts), ...);
}

}  // namespace coupon::base
