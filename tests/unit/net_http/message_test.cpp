#include "net/http/message.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace coupon::net::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Message, Percent_escapes_are_decoded_in_either_case) {
  std::string out;
  ASSERT_TRUE(percent_decode("a%2fb%2Fc%20+", false, out));
  EXPECT_EQ(out, "a/b/c +");
}

TEST(Message, Plus_is_a_space_only_in_a_query) {
  std::string out;
  ASSERT_TRUE(percent_decode("a+b", true, out));
  EXPECT_EQ(out, "a b");
}

TEST(Message, Broken_escapes_and_nul_bytes_are_refused) {
  std::string out;
  for (const auto* text : {"%", "a%2", "%g0", "%0g", "%00", "a%00b"}) {
    EXPECT_FALSE(percent_decode(text, false, out)) << text;
  }
}

TEST(Message, Query_is_split_before_it_is_decoded) {
  Pairs pairs;
  ASSERT_TRUE(parse_query("a=1&b=x%26y%3Dz&&c&d=", pairs));
  EXPECT_EQ(pairs, (Pairs{{"a", "1"}, {"b", "x&y=z"}, {"c", ""}, {"d", ""}}));
}

TEST(Message, Query_with_a_broken_escape_is_refused) {
  Pairs pairs;
  EXPECT_FALSE(parse_query("a=%zz", pairs));
  EXPECT_FALSE(parse_query("%=1", pairs));
}

TEST(Message, Reason_phrases_cover_every_status_the_server_sends) {
  for (const int status : {100, 200, 201, 204, 400, 404, 405, 408, 409, 413, 414, 417, 431, 500, 503, 505}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(Message, Error_body_is_json_whatever_the_message_holds) {
  const auto json = nlohmann::json::parse(error_body("COMMON-400", "a \"quoted\" \n \xff line"));
  EXPECT_EQ(json["success"], false);
  EXPECT_EQ(json["error"]["code"], "COMMON-400");
  EXPECT_TRUE(json["timestamp"].is_string());
}

TEST(Message, Only_a_503_says_when_to_come_back) {
  EXPECT_EQ(error_response(503, "busy").headers, (Pairs{{"Retry-After", "1"}}));
  EXPECT_TRUE(error_response(400, "bad").headers.empty());
}

TEST(Responder, Dropped_without_a_call_answers_500) {
  int status = 0;
  {
    const Responder responder([&](Response&& response) { status = response.status; });
  }
  EXPECT_EQ(status, 500);
}

TEST(Responder, Second_call_does_nothing) {
  int calls = 0;
  {
    Responder responder([&](Response&&) { ++calls; });
    responder({});
    responder({});
  }
  EXPECT_EQ(calls, 1);
}

TEST(Responder, Moved_from_owes_nothing) {
  int calls = 0;
  {
    Responder first([&](Response&&) { ++calls; });
    Responder second(std::move(first));
    second({});
  }
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace coupon::net::http
