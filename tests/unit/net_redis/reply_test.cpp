#include "net/redis/reply.hpp"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <string>

namespace coupon::net::redis {
namespace {

Reply parsed(const std::string& wire) {
  redisReader* reader = redisReaderCreate();
  void* reply = nullptr;
  EXPECT_EQ(redisReaderFeed(reader, wire.data(), wire.size()), REDIS_OK);
  EXPECT_EQ(redisReaderGetReply(reader, &reply), REDIS_OK);
  redisReaderFree(reader);
  EXPECT_NE(reply, nullptr) << wire;
  return Reply(static_cast<redisReply*>(reply));
}

TEST(RedisReply, An_array_of_more_elements_than_any_script_sends_is_refused_before_its_memory_is_taken) {
  for (const char* wire : {"*825600000\r\n", "*1048577\r\n"}) {
    const auto reader = make_reader();
    void* reply = nullptr;
    EXPECT_EQ(redisReaderFeed(reader.get(), wire, std::string_view(wire).size()), REDIS_OK);
    EXPECT_NE(redisReaderGetReply(reader.get(), &reply), REDIS_OK) << wire;
    EXPECT_EQ(reply, nullptr);
  }
}

TEST(RedisReply, Every_kind_is_read_as_what_it_is) {
  EXPECT_EQ(parsed(":-42\r\n").view().integer(), -42);
  EXPECT_EQ(parsed("+OK\r\n").view().text(), "OK");
  EXPECT_EQ(parsed("$3\r\na\r\n\r\n").view().text(), "a\r\n");
  EXPECT_TRUE(parsed("$-1\r\n").view().nil());
  EXPECT_TRUE(parsed("*-1\r\n").view().nil());
  const auto error = parsed("-ERR no\r\n");
  EXPECT_TRUE(error.view().is_error());
  EXPECT_EQ(error.view().text(), "ERR no");
}

TEST(RedisReply, Arrays_have_their_elements) {
  const auto reply = parsed("*3\r\n:1\r\n$-1\r\n*1\r\n+in\r\n");
  ASSERT_EQ(reply.view().size(), 3U);
  EXPECT_EQ(reply.view()[0].integer(), 1);
  EXPECT_TRUE(reply.view()[1].nil());
  ASSERT_EQ(reply.view()[2].size(), 1U);
  EXPECT_EQ(reply.view()[2][0].text(), "in");
  EXPECT_EQ(parsed("*0\r\n").view().size(), 0U);
}

TEST(RedisReply, Another_kind_reads_as_nothing) {
  for (const auto* wire : {"$2\r\n17\r\n", "$-1\r\n", "*1\r\n:5\r\n", "-ERR no\r\n", "+17\r\n"}) {
    EXPECT_EQ(parsed(wire).view().integer(), 0) << wire;
  }
  for (const auto* wire : {":17\r\n", "$-1\r\n", "*1\r\n+x\r\n"}) EXPECT_EQ(parsed(wire).view().text(), "") << wire;
  for (const auto* wire : {":17\r\n", "$-1\r\n", "+x\r\n", "-ERR no\r\n"}) EXPECT_EQ(parsed(wire).view().size(), 0U);
  for (const auto* wire : {":0\r\n", "$0\r\n\r\n", "*0\r\n"}) {
    EXPECT_FALSE(parsed(wire).view().nil()) << wire;
    EXPECT_FALSE(parsed(wire).view().is_error()) << wire;
  }
}

}  // namespace
}  // namespace coupon::net::redis
