// The way from bytes to a request, without a socket: the same outcome however the bytes are cut.

#include <gtest/gtest.h>
#include <random>

#include "malformed_corpus.hpp"
#include "net/http/server/request_check.hpp"
#include "net/http/server/request_reader.hpp"

namespace coupon::net::http {
namespace {

using State = RequestReader::State;

struct Parsed {
  State state = State::kNeedHeader;
  int status = 0;
  std::string message;
  std::string body;
  std::size_t size = 0;
};

// Gives the reader first `cut` bytes, then `step` more at a time, at a new address each time.
Parsed parse(const std::string& bytes, std::size_t cut, std::size_t step) {
  const ServerConfig config;
  RequestReader reader;
  RequestHead head;
  for (auto size = cut;; size = std::min(size + step, bytes.size())) {
    const std::string data = bytes.substr(0, size);
    const auto state = reader.advance(data, head, config);
    if (state == State::kRefused) return {state, reader.refusal().status, reader.refusal().message, {}, 0};
    if (state == State::kReady) return {state, 0, {}, std::string(reader.body(data)), reader.size()};
    if (size == bytes.size()) return {state, 0, {}, {}, 0};
  }
}

Parsed parse(const std::string& bytes) { return parse(bytes, bytes.size(), 1); }

TEST(RequestLine, Too_long_by_its_method_is_refused_in_one_piece_as_in_several) {
  const ServerConfig config;
  const auto bytes =
      std::string(100, 'M') + " /" + std::string(config.target_bytes_max - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parse(bytes).status, 414);
  EXPECT_EQ(parse(bytes, 1, 1).status, 414);
}

class Accepted : public testing::TestWithParam<std::string> {};

TEST_P(Accepted, Request_is_the_same_split_at_every_byte) {
  const auto& bytes = GetParam();
  const auto whole = parse(bytes);
  ASSERT_EQ(whole.state, State::kReady) << whole.message;
  EXPECT_EQ(whole.size, bytes.size());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto split = parse(bytes, cut, bytes.size());
    ASSERT_EQ(split.state, State::kReady) << "cut at " << cut << ": " << split.message;
    EXPECT_EQ(split.body, whole.body) << "cut at " << cut;
    EXPECT_EQ(split.size, whole.size) << "cut at " << cut;
  }
}

TEST_P(Accepted, Request_is_not_ready_before_its_last_byte) {
  const auto& bytes = GetParam();
  const auto part = parse(bytes.substr(0, bytes.size() - 1), 0, 1);
  EXPECT_TRUE(part.state == State::kNeedHeader || part.state == State::kNeedBody);
}

TEST_P(Accepted, Bytes_of_the_next_request_are_left_alone) {
  const auto& bytes = GetParam();
  const auto parsed = parse(bytes + "GET /next HTTP/1.1\r\n");
  ASSERT_EQ(parsed.state, State::kReady);
  EXPECT_EQ(parsed.size, bytes.size());
}

INSTANTIATE_TEST_SUITE_P(
    Parsing, Accepted,
    testing::Values("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a:8080\r\n\r\n",
                    "GET / HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET http://a:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "BREW /pot HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t tab\there \t\r\nZ: caf\xc3\xa9\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3;name=\"a b\"\r\nabc\r\n00a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"));

TEST(Parsing, Chunks_become_one_body) {
  const auto parsed = parse(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n1\r\n "
      "\r\n5\r\nworld\r\n0\r\n\r\n");
  EXPECT_EQ(parsed.body, "hello world");
}

TEST(Parsing, Body_of_exactly_the_largest_size_is_accepted_in_either_form) {
  const std::string body(ServerConfig{}.body_bytes_max, 'x');
  const auto plain = parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n" + body);
  EXPECT_EQ(plain.body, body);
  std::string chunks;
  for (const char c : body) chunks.append("1\r\n").append(1, c).append("\r\n");
  const auto chunked = parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
  EXPECT_EQ(chunked.body, body) << chunked.message;
}

TEST(Parsing, Header_of_exactly_the_largest_size_is_accepted_and_one_byte_more_is_not) {
  const std::string frame = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
  const auto fill = ServerConfig{}.header_bytes_max - frame.size();
  const auto header = [&](std::size_t size) {
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(parse(header(fill)).state, State::kReady);
  EXPECT_EQ(parse(header(fill + 1)).status, 431);
  EXPECT_EQ(parse(header(fill + 1), 0, 7).status, 431);
}

TEST(Parsing, Target_of_exactly_the_largest_size_is_accepted_and_one_byte_more_is_not) {
  const auto request = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(parse(request(ServerConfig{}.target_bytes_max)).state, State::kReady);
  EXPECT_EQ(parse(request(ServerConfig{}.target_bytes_max + 1)).status, 414);
}

TEST(Parsing, Targets_are_split_into_path_and_query) {
  const auto expect = [](std::string_view target, std::string_view path, std::string_view query) {
    const auto parts = split_target(target);
    EXPECT_EQ(parts.path, path) << target;
    EXPECT_EQ(parts.query, query) << target;
  };
  expect("/a%20b?x=1?y", "/a%20b", "x=1?y");
  expect("/", "/", "");
  expect("/?", "/", "");
  expect("http://host/p?q", "/p", "q");
  expect("HTTPS://host:1", "/", "");
  expect("http://host?q", "/", "q");
  expect("//twice", "//twice", "");
}

// Seeded, so that a failure comes back.
TEST(Parsing, Damaged_requests_mean_the_same_however_they_are_split) {
  constexpr int kRounds = 30'000;
  constexpr std::string_view kLikelyBytes = "\r\n\t :;,/?#%0123456789aAfFxX\"";
  std::mt19937 random(20'260'501);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  const auto& corpus = test::malformed_corpus();
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = corpus[below(corpus.size())].bytes;
    if (bytes.size() > 1'000) continue;  // at a bound, the part that is seen decides which one is named
    for (auto count = 1 + below(3); count > 0; --count) {
      const auto byte = below(2) == 0 ? static_cast<char>(random()) : kLikelyBytes[below(kLikelyBytes.size())];
      if (below(2) == 0) {
        bytes[below(bytes.size())] = byte;
      } else {
        bytes.insert(below(bytes.size()), 1, byte);
      }
    }
    const auto whole = parse(bytes);
    const auto split = parse(bytes, below(bytes.size()), 1 + below(9));
    ASSERT_EQ(split.state, whole.state) << round << ": " << bytes << "\n" << whole.message << "\n" << split.message;
    ASSERT_EQ(split.status, whole.status) << round << ": " << bytes;
    ASSERT_EQ(split.body, whole.body) << round << ": " << bytes;
    ASSERT_EQ(split.size, whole.size) << round << ": " << bytes;
  }
}

class Corpus : public testing::TestWithParam<test::Malformed> {};

TEST_P(Corpus, Is_refused_with_the_same_status_byte_by_byte) {
  const auto parsed = parse(GetParam().bytes, 0, 1);
  EXPECT_EQ(parsed.state, State::kRefused);
  EXPECT_EQ(parsed.status, GetParam().status) << parsed.message;
}

INSTANTIATE_TEST_SUITE_P(Parsing, Corpus, testing::ValuesIn(test::malformed_corpus()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace coupon::net::http
