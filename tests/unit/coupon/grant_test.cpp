#include "coupon/grant.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace coupon {
namespace {

TEST(KeyHash, Is_the_first_eight_bytes_of_sha256) {
  // printf abc | sha256sum: ba7816bf 8f01cfea 414140de…
  EXPECT_EQ(hash_idempotency_key("abc"), 0xba7816bf8f01cfeaULL);
}

TEST(KeyHash, Is_zero_for_no_key_alone) {
  EXPECT_EQ(hash_idempotency_key(""), 0U);
  for (int i = 0; i < 1'000; ++i) EXPECT_NE(hash_idempotency_key(std::to_string(i)), 0U);
}

TEST(KeyHash, Differs_between_keys_and_counts_every_byte) {
  std::set<std::uint64_t> seen;
  for (const std::string& key : {std::string("k"), std::string("K"), std::string("k "), std::string("k\0", 2)}) {
    EXPECT_TRUE(seen.insert(hash_idempotency_key(key)).second);
  }
}

}  // namespace
}  // namespace coupon
