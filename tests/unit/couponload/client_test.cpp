#include "net/http/client.hpp"

#include <gtest/gtest.h>
#include <string>

#include "net/http/client/response_reader.hpp"
#include "support/lying_server.hpp"

namespace coupon::net::http {

namespace {

using State = ResponseReader::State;

constexpr std::size_t kMax = 1'000;

Url url_of(const coupon::test::LyingServer& server) { return parse_url(server.url()).value(); }

}  // namespace

TEST(Url, Is_taken_apart_and_put_together) {
  const auto url = parse_url("http://shop.example:8080/v1/").value();
  EXPECT_EQ(url.host, "shop.example");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.base_path, "/v1");
  EXPECT_EQ(url.text(), "http://shop.example:8080/v1");
  EXPECT_EQ(parse_url("http://shop").value().authority(), "shop");
  EXPECT_EQ(parse_url("http://[::1]:81").value().host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:81").value().authority(), "[::1]:81");
  EXPECT_EQ(parse_url("http://[::1]").value().authority(), "[::1]");
}

TEST(Url, Refuses_what_it_cannot_reach) {
  for (const auto* bad : {"", "shop:8080", "https://", "ftp://shop", "http://", "http://:80", "http://shop:0",
                          "http://shop:99999", "http://shop:x", "http://u@shop", "http://shop?x", "http://sh op",
                          "http://[::1", "http://[::1]x", "http://shop\r\nHost: evil"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(ResponseReader, Reads_an_answer_in_any_pieces) {
  const std::string text = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    ResponseReader reader(kMax);
    auto state = State::kNeedMore;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      EXPECT_EQ(state, State::kNeedMore);
      state = reader.feed(std::string_view(text).substr(at, piece));
    }
    ASSERT_EQ(state, State::kDone) << piece;
    EXPECT_EQ(reader.answer().status, 503);
    EXPECT_EQ(reader.answer().retry_after_s, 7);
    EXPECT_EQ(reader.answer().body, "hello");
    EXPECT_TRUE(reader.answer().keep_alive);
  }
}

TEST(ResponseReader, Reads_an_empty_chunked_body_in_any_pieces) {
  const std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    ResponseReader reader(kMax);
    auto state = State::kNeedMore;
    for (std::size_t at = 0; at < text.size(); at += piece)
      state = reader.feed(std::string_view(text).substr(at, piece));
    ASSERT_EQ(state, State::kDone) << piece;
    EXPECT_EQ(reader.answer().body, "");
  }
}

TEST(ResponseReader, Status_below_100_is_no_HTTP) {
  ResponseReader reader(kMax);
  EXPECT_EQ(reader.feed("HTTP/1.1 010 Continue\r\n\r\n"), State::kMalformed);
}

TEST(ResponseReader, Reads_chunked_bodies_and_skips_interim_answers) {
  ResponseReader reader(kMax);
  EXPECT_EQ(reader.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
            State::kDone);
  EXPECT_EQ(reader.answer().status, 200);
  EXPECT_EQ(reader.answer().body, "abcde");
  EXPECT_FALSE(reader.answer().keep_alive);
}

TEST(ResponseReader, Takes_the_end_of_the_connection_as_the_end_of_a_body_without_length) {
  ResponseReader reader(kMax);
  EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\n\r\nab"), State::kNeedMore);
  EXPECT_EQ(reader.finish(), State::kDone);
  EXPECT_EQ(reader.answer().body, "ab");
}

TEST(ResponseReader, Does_not_take_a_cut_answer_for_a_whole_one) {
  for (const auto* cut : {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"}) {
    ResponseReader reader(kMax);
    EXPECT_EQ(reader.feed(cut), State::kNeedMore);
    EXPECT_EQ(reader.finish(), State::kMalformed);
  }
}

TEST(ResponseReader, Refuses_garbage_and_what_is_too_large) {
  EXPECT_EQ(ResponseReader(kMax).feed("SSH-2.0-OpenSSH\r\n\r\n"), State::kMalformed);
  EXPECT_EQ(ResponseReader(kMax).feed("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"), State::kTooLarge);
  EXPECT_EQ(ResponseReader(kMax).feed("HTTP/1.1 200 OK\r\nX: " + std::string(2'000, 'x')), State::kTooLarge);
  EXPECT_EQ(ResponseReader(kMax).feed("HTTP/1.1 200 OK\r\n\r\n" + std::string(1'001, 'x')), State::kTooLarge);
}

TEST(Client, Asks_many_times_on_one_connection) {
  const coupon::test::LyingServer server(10);
  Client client(url_of(server));
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask({.method = "GET", .target = "/healthz", .body = {}, .headers = {}});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
  }
}

TEST(Client, Replaces_a_connection_that_the_server_closed_when_asking_again_is_safe) {
  const coupon::test::LyingServer server(10, {.close_after_prime = true});
  Client client(url_of(server));
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask({.method = "GET", .target = "/healthz", .body = {}, .headers = {}});
    ASSERT_TRUE(answer) << answer.error().message;
  }
}

TEST(Client, Says_unavailable_when_nobody_listens_and_timeout_when_nobody_answers) {
  Client nobody({.host = "127.0.0.1", .port = coupon::test::unused_port(), .base_path = {}});
  EXPECT_EQ(nobody.ask({}).error().code, base::Errc::kUnavailable);

  const coupon::test::LyingServer server(1, {.how = coupon::test::Lies::Broken::kSilence, .broken = 1});
  Client client(url_of(server), {.timeout_ms = 50});
  const auto answer =
      client.ask({.method = "POST", .target = "/api/v1/coupons/issue", .body = R"({"memberId":"m"})", .headers = {}});
  EXPECT_EQ(answer.error().code, base::Errc::kTimeout);
}

TEST(Client, Does_not_repeat_a_POST_by_itself) {
  const coupon::test::LyingServer server(1, {.how = coupon::test::Lies::Broken::kReset, .broken = 1});
  Client client(url_of(server));
  const Question question{"POST", "/api/v1/coupons/issue", R"({"memberId":"m"})", {}};
  EXPECT_EQ(client.ask(question).error().code, base::Errc::kIo);
  EXPECT_EQ(server.asks(), 1);
}

}  // namespace coupon::net::http
