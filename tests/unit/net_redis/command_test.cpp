#include "net/redis/command.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace coupon::net::redis {
namespace {

std::string encoded(std::initializer_list<std::string_view> head, const Arguments& arguments) {
  std::string out;
  append_command(out, head, arguments);
  return out;
}

TEST(RedisCommand, Words_are_bulk_strings_with_their_length_in_bytes) {
  EXPECT_EQ(encoded({}, {"GET", "key"}), "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
  EXPECT_EQ(encoded({}, {"ECHO", "\xc3\xa9"}), "*2\r\n$4\r\nECHO\r\n$2\r\n\xc3\xa9\r\n");
}

TEST(RedisCommand, Empty_words_and_any_bytes_are_words) {
  EXPECT_EQ(encoded({}, {""}), "*1\r\n$0\r\n\r\n");
  const std::string bytes("a\r\n\0b", 5);
  EXPECT_EQ(encoded({}, {bytes}), "*1\r\n$5\r\n" + bytes + "\r\n");
}

TEST(RedisCommand, Numbers_are_written_in_full) {
  Arguments arguments;
  arguments.add(-7).add(std::numeric_limits<std::int64_t>::min()).add(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(arguments.count(), 3U);
  EXPECT_EQ(arguments.bytes(), "$2\r\n-7\r\n$20\r\n-9223372036854775808\r\n$20\r\n18446744073709551615\r\n");
}

TEST(RedisCommand, The_head_counts_and_comes_first) {
  EXPECT_EQ(encoded({"EVALSHA", "digest"}, {"1", "k"}),
            "*4\r\n$7\r\nEVALSHA\r\n$6\r\ndigest\r\n$1\r\n1\r\n$1\r\nk\r\n");
  EXPECT_EQ(encoded({"PING"}, {}), "*1\r\n$4\r\nPING\r\n");
}

TEST(RedisCommand, Commands_follow_one_another) {
  std::string out;
  append_command(out, {"A"}, {});
  append_command(out, {"B"}, {});
  EXPECT_EQ(out, "*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n");
}

TEST(RedisScript, The_digest_is_the_sha1_that_redis_gives_it) {
  // From "SCRIPT LOAD" of redis-server 7.0.15.
  EXPECT_EQ(Script("return 1").digest(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
  EXPECT_EQ(Script("").digest(), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

}  // namespace
}  // namespace coupon::net::redis
