#pragma once
// A command as the wire wants it, and scripts that are sent by their digest.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace coupon::net::redis {

/// The arguments of one command, in order, encoded as they are added. Any bytes are allowed in them.
class Arguments {
 public:
  Arguments() = default;
  Arguments(std::initializer_list<std::string_view> words) {
    for (const auto word : words) add(word);
  }

  Arguments& add(std::string_view word);
  template <std::integral T>
  Arguments& add(T number) {
    return add(std::string_view(std::to_string(number)));
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::size_t count_ = 0;
};

/// A Lua script. Immutable; make it once and keep it as long as calls of it are under way.
class Script {
 public:
  explicit Script(std::string text);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& digest() const { return digest_; }  ///< SHA-1, 40 hexadecimal digits

 private:
  std::string text_;
  std::string digest_;
};

/// The bytes of a whole command: `head` words, then the arguments.
void append_command(std::string& out, std::initializer_list<std::string_view> head, const Arguments& arguments);

}  // namespace coupon::net::redis
