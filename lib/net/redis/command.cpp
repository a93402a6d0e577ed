#include "net/redis/command.hpp"

#include <array>
#include <fmt/format.h>
#include <iterator>
#include <openssl/evp.h>
#include <stdexcept>
#include <utility>

#include "base/append.hpp"

namespace coupon::net::redis {

namespace {

// One word in RESP: its length, then its bytes.
void append_word(std::string& out, std::string_view word) { base::append(out, '$', word.size(), "\r\n", word, "\r\n"); }

std::string sha1_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-1, by which Redis names scripts");
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) fmt::format_to(std::back_inserter(hex), "{:02x}", digest.at(i));
  return hex;
}

}  // namespace

Arguments& Arguments::add(std::string_view word) {
  append_word(bytes_, word);
  ++count_;
  return *this;
}

Script::Script(std::string text) : text_(std::move(text)), digest_(sha1_of(text_)) {}

void append_command(std::string& out, std::initializer_list<std::string_view> head, const Arguments& arguments) {
  base::append(out, '*', head.size() + arguments.count(), "\r\n");
  for (const auto word : head) append_word(out, word);
  out.append(arguments.bytes());
}

}  // namespace coupon::net::redis
