#include "coupon/grant.hpp"

#include <openssl/sha.h>

namespace coupon {

std::uint64_t hash_idempotency_key(std::string_view key) {
  if (key.empty()) return 0;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < 8; ++i) hash = (hash << 8) | digest[i];
  return hash == 0 ? 1 : hash;
}

}  // namespace coupon
