#include <gmock/gmock.h>

#include "net/redis/reply.hpp"

namespace coupon::net::redis {
namespace {

using base::Errc;
using ::testing::HasSubstr;

TEST(RedisError, What_passes_by_itself_is_retryable) {
  for (const auto* text :
       {"LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica.",
        "MASTERDOWN Link with MASTER is down", "OOM command not allowed when used memory > 'maxmemory'.",
        "NOREPLICAS Not enough good replicas to write.", "MISCONF Redis is configured to save RDB snapshots",
        "BUSY Redis is busy running a script.", "UNBLOCKED force unblock", "ERR max number of clients reached"}) {
    const auto error = error_of(text);
    EXPECT_EQ(error.code, Errc::kUnavailable) << text;
    EXPECT_TRUE(error.retryable) << text;
    EXPECT_THAT(error.message, HasSubstr(text));
  }
}

TEST(RedisError, What_somebody_must_mend_is_not_and_says_how) {
  EXPECT_THAT(error_of("NOAUTH Authentication required.").message, HasSubstr("give a password"));
  EXPECT_THAT(error_of("WRONGPASS invalid username-password pair").message, HasSubstr("check COUPON_GATE_PASSWORD"));
  EXPECT_THAT(error_of("NOPERM this user has no permissions").message, HasSubstr("ACL"));
  EXPECT_THAT(error_of("ERR AUTH <password> called without any password").message, HasSubstr("leave"));
  EXPECT_THAT(error_of("ERR DB index is out of range").message, HasSubstr("--gate"));
  for (const auto* text : {"NOAUTH x", "WRONGPASS x", "NOPERM x", "ERR AUTH x", "ERR DB index x", "DENIED x"}) {
    EXPECT_EQ(error_of(text).code, Errc::kUnavailable) << text;
    EXPECT_FALSE(error_of(text).retryable) << text;
  }
}

TEST(RedisError, A_key_of_another_type_is_corrupt_data) {
  const auto error = error_of("WRONGTYPE Operation against a key holding the wrong kind of value script: 12ab");
  EXPECT_EQ(error.code, Errc::kCorrupt);
  EXPECT_FALSE(error.retryable);
}

TEST(RedisError, A_cluster_is_not_supported) { EXPECT_EQ(error_of("MOVED 1 10.0.0.1:1").code, Errc::kUnsupported); }

TEST(RedisError, Only_whole_words_have_a_meaning) {
  EXPECT_EQ(error_of("BUSYGROUP Consumer Group name already exists").code, Errc::kInternal);
  EXPECT_EQ(error_of("OOM").code, Errc::kUnavailable);
  EXPECT_EQ(error_of("ERR unknown command").code, Errc::kInternal);
  EXPECT_EQ(error_of("").code, Errc::kInternal);
}

}  // namespace
}  // namespace coupon::net::redis
