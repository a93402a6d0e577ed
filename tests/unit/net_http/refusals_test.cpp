// What a client gets for a request that is refused: a clear answer, the end of the connection, and no second request
// read out of the first one's remains.

#include <atomic>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <regex>

#include "fixture.hpp"
#include "malformed_corpus.hpp"

namespace coupon::test {
namespace {

class Refused : public testing::TestWithParam<Malformed> {};

TEST_P(Refused, Gets_its_status_and_reason_and_the_connection_ends) {
  const auto& malformed = GetParam();
  std::atomic<int> handled = 0;
  TestServer server([&](const http::Request&, http::Responder respond) {
    ++handled;
    respond({});
  });
  auto client = server.connect();
  const bool whole = malformed.bytes.contains("\r\n\r\n");
  client.send(malformed.bytes + (whole ? raw_request("GET", "/smuggled") : ""));
  const auto response = client.receive();
  EXPECT_EQ(response.status, malformed.status) << response.body;
  EXPECT_TRUE(response.closes());
  const auto json = nlohmann::json::parse(response.body);
  EXPECT_EQ(json["success"], false);
  EXPECT_EQ(json["error"]["code"], "COMMON-" + std::to_string(malformed.status));
  const auto message = json["error"]["message"].get<std::string>();
  EXPECT_TRUE(std::regex_search(message, std::regex(malformed.problem))) << message;
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(handled, 0);
}

INSTANTIATE_TEST_SUITE_P(Server, Refused, testing::ValuesIn(malformed_corpus()),
                         [](const auto& test) { return test.param.name; });

TEST(Refusals, Are_counted_by_their_reason) {
  TestServer server;
  const auto refuse = [&](const std::string& bytes) {
    auto client = server.connect();
    client.send(bytes);
    EXPECT_TRUE(client.receive().closes());
  };
  refuse("nonsense\r\n\r\n");
  refuse("GET / HTTP/3.0\r\n\r\n");
  refuse(raw_request("POST", "/", std::string(5'000, 'x')));
  EXPECT_EQ(server.metric(R"(http_requests_rejected_total{reason="malformed"})"), 1);
  EXPECT_EQ(server.metric(R"(http_requests_rejected_total{reason="version"})"), 1);
  EXPECT_EQ(server.metric(R"(http_requests_rejected_total{reason="body_too_large"})"), 1);
  EXPECT_EQ(server.metric(R"(http_responses_total{class="4xx"})"), 2);
}

TEST(Refusals, Reach_a_client_that_first_sends_all_of_its_large_body) {
  TestServer server;
  auto client = server.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x'));
  EXPECT_EQ(client.receive().status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(Refusals, Do_not_swallow_the_answers_before_them) {
  TestServer server;
  auto client = server.connect();
  client.send(raw_request("GET", "/good") + "bad\r\n\r\n" + raw_request("GET", "/never"));
  EXPECT_EQ(client.receive().body, "GET /good|");
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_TRUE(client.is_closed());
}

TEST(Refusals, After_a_head_request_still_have_a_body) {
  TestServer server;
  auto client = server.connect();
  client.send(raw_request("HEAD", "/") + "bad\r\n\r\n");
  EXPECT_EQ(client.receive(true).status, 200);
  EXPECT_NE(client.receive().body, "");
}

}  // namespace
}  // namespace coupon::test
