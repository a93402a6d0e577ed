// The filter against a server over strings: what goes through, and what must not.

#include <gmock/gmock.h>
#include <malloc.h>
#include <thread>
#include <vector>

#include "tls_pair.hpp"

namespace coupon::test {
namespace {

using net::http::TlsContext;
using net::http::TlsFilter;
using ::testing::HasSubstr;
using State = TlsFilter::State;

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

std::string varied(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t value = 1;
  for (auto& c : text) c = static_cast<char>((value = value * 1'664'525U + 1'013'904'223U) >> 24U);
  return text;
}

class TlsFilterOf : public ::testing::TestWithParam<int> {
 protected:
  [[nodiscard]] TlsContext context() const {
    return TlsContext::make({.server_name = {}, .ca_file = authority_.file()}, "localhost").value();
  }
  Authority authority_;
  std::shared_ptr<SSL_CTX> server_ = server_context(authority_.issue("DNS:localhost"), {.version = GetParam()});
  TlsContext context_ = context();
  TlsPair pair_{context_, server_};
};

INSTANTIATE_TEST_SUITE_P(Version, TlsFilterOf, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& tested) { return tested.param == TLS1_2_VERSION ? "1_2" : "1_3"; });

TEST_P(TlsFilterOf, Carries_bytes_both_ways_after_the_handshake) {
  ASSERT_EQ(pair_.shake(), State::kOpen) << pair_.filter.reason();
  EXPECT_TRUE(pair_.peer.open());
  EXPECT_EQ(pair_.tell("question"), State::kOpen);
  EXPECT_EQ(pair_.peer.heard(), "question");
  EXPECT_EQ(pair_.give(pair_.peer.say("answer")), State::kOpen);
  EXPECT_EQ(pair_.received, "answer");
}

TEST_P(TlsFilterOf, Takes_bytes_one_at_a_time) {
  ASSERT_EQ(pair_.shake(1), State::kOpen) << pair_.filter.reason();
  EXPECT_EQ(pair_.give(pair_.peer.say("answer"), 1), State::kOpen);
  EXPECT_EQ(pair_.received, "answer");
}

TEST_P(TlsFilterOf, Carries_large_bodies_in_any_pieces) {
  const auto large = varied(3 * kMegabyte + 7);
  ASSERT_EQ(pair_.shake(), State::kOpen);
  EXPECT_EQ(pair_.tell(large), State::kOpen);
  EXPECT_TRUE(pair_.peer.heard() == large);
  for (const std::size_t piece : {std::size_t{1'000}, std::size_t{16'413}, kMegabyte, std::string::npos}) {
    pair_.received.clear();
    EXPECT_EQ(pair_.give(pair_.peer.say(large), piece), State::kOpen);
    EXPECT_TRUE(pair_.received == large) << piece;
  }
}

TEST_P(TlsFilterOf, Says_closed_after_the_servers_word_and_delivers_what_came_before) {
  ASSERT_EQ(pair_.shake(), State::kOpen);
  auto last = pair_.peer.say("last words");
  last += pair_.peer.goodbye();
  EXPECT_EQ(pair_.give(last), State::kClosed);
  EXPECT_EQ(pair_.received, "last words");
  EXPECT_EQ(pair_.filter.end(), State::kClosed);
  EXPECT_EQ(pair_.tell("more"), State::kClosed);
  EXPECT_EQ(pair_.peer.heard(), "");
}

TEST_P(TlsFilterOf, Does_not_take_a_cut_for_an_end) {
  ASSERT_EQ(pair_.shake(), State::kOpen);
  EXPECT_EQ(pair_.give(pair_.peer.say("half")), State::kOpen);
  EXPECT_EQ(pair_.filter.end(), State::kFailed);
  EXPECT_THAT(pair_.filter.reason(), HasSubstr("cut"));
}

TEST_P(TlsFilterOf, Delivers_nothing_of_a_record_that_was_changed_on_the_way) {
  ASSERT_EQ(pair_.shake(), State::kOpen);
  auto record = pair_.peer.say("whole");
  record += pair_.peer.say("changed");
  record.back() = static_cast<char>(record.back() ^ 1);
  EXPECT_EQ(pair_.give(record), State::kFailed);
  EXPECT_EQ(pair_.received, "whole");
  EXPECT_THAT(pair_.filter.reason(), HasSubstr("no valid TLS"));
  EXPECT_EQ(pair_.give(pair_.peer.say("later")), State::kFailed);
  EXPECT_EQ(pair_.received, "whole");
}

TEST_P(TlsFilterOf, Changed_bytes_at_any_place_of_the_handshake_never_open_a_connection_that_works) {
  TlsPair model(context_, server_);
  std::string hello;
  ASSERT_EQ(model.filter.start(hello), State::kHandshaking);
  const auto size = model.peer.feed(hello).size();
  for (std::size_t at = 0; at < size; at += 3) {
    TlsPair pair(context_, server_);
    std::string to_peer;
    ASSERT_EQ(pair.filter.start(to_peer), State::kHandshaking);
    auto flight = pair.peer.feed(std::exchange(to_peer, {}));
    if (at >= flight.size()) continue;  // signatures differ in length by a byte or two
    flight[at] = static_cast<char>(flight[at] ^ 0x20);
    if (pair.give(flight, to_peer) == State::kHandshaking) pair.give(pair.peer.feed(to_peer), to_peer);
    if (pair.filter.state() == State::kOpen) pair.tell("question");
    EXPECT_EQ(pair.peer.heard(), "") << "byte " << at;
  }
}

TEST_P(TlsFilterOf, Never_resumes_a_session) {
  for (int i = 0; i < 3; ++i) {
    TlsPair pair(context_, server_);
    ASSERT_EQ(pair.shake(), State::kOpen);
    ASSERT_EQ(pair.give(pair.peer.say("x")), State::kOpen);
    EXPECT_FALSE(pair.peer.resumed());
  }
}

TEST_P(TlsFilterOf, Asks_by_name_and_offers_HTTP_1_1) {
  ASSERT_EQ(pair_.shake(), State::kOpen);
  EXPECT_EQ(pair_.peer.server_name(), "localhost");
  EXPECT_EQ(pair_.peer.protocol(), "http/1.1");
}

TEST_P(TlsFilterOf, Seals_nothing_before_the_handshake_is_over) {
  std::string to_send;
  ASSERT_EQ(pair_.filter.start(to_send), State::kHandshaking);
  to_send.clear();
  EXPECT_EQ(pair_.filter.seal("early", to_send), State::kHandshaking);
  EXPECT_EQ(to_send, "");
}

TEST_P(TlsFilterOf, Requests_sealed_ahead_of_time_are_understood_when_they_are_sent) {
  ASSERT_EQ(pair_.shake(), State::kOpen);
  std::string sealed;
  ASSERT_EQ(pair_.filter.seal("first", sealed), State::kOpen);
  ASSERT_EQ(pair_.give(pair_.peer.say("meanwhile")), State::kOpen);
  ASSERT_EQ(pair_.filter.seal(" second", sealed), State::kOpen);
  EXPECT_EQ(pair_.peer.feed(sealed), "");
  EXPECT_EQ(pair_.peer.heard(), "first second");
}

TEST_P(TlsFilterOf, Threads_share_one_context) {
  constexpr int kThreads = 4;
  constexpr int kConnections = 10;
  std::vector<int> opened(kThreads, 0);
  {
    std::vector<std::jthread> threads;
    for (auto& count : opened) {
      threads.emplace_back([&] {
        for (int i = 0; i < kConnections; ++i) {
          TlsPair pair(context_, server_);
          if (pair.shake() == State::kOpen && pair.tell("x") == State::kOpen) ++count;
        }
      });
    }
  }
  EXPECT_THAT(opened, ::testing::Each(kConnections));
}

TEST_P(TlsFilterOf, Moves_with_its_connection) {
  ASSERT_EQ(pair_.shake(), State::kOpen);
  TlsFilter moved(std::move(pair_.filter));
  pair_.filter = std::move(moved);
  EXPECT_EQ(pair_.tell("question"), State::kOpen);
  EXPECT_EQ(pair_.peer.heard(), "question");
}

// What 10,000 waiting members cost. Without the release of buffers it is 35 KB each (sanitizers' allocators say
// nothing).
TEST_P(TlsFilterOf, Keeps_less_than_24_KB_for_a_connection_that_waits) {
  constexpr std::int64_t kBytesMax = 24 * 1024;
  TlsPair warm_up(context_, server_);
  ASSERT_EQ(warm_up.shake(), State::kOpen);
  TlsPeer peer(server_);
  std::string plaintext;
  std::string to_peer;
  to_peer.reserve(kMegabyte);
  const auto in_use = [] { return static_cast<std::int64_t>(mallinfo2().uordblks); };
  auto before = in_use();
  TlsFilter filter(context_);
  ASSERT_EQ(filter.start(to_peer), State::kHandshaking);
  auto kept = in_use() - before;
  while (!to_peer.empty()) {
    const auto flight = peer.feed(to_peer);
    to_peer.clear();
    before = in_use();
    ASSERT_NE(filter.feed(flight, plaintext, to_peer), State::kFailed);
    kept += in_use() - before;
  }
  EXPECT_EQ(filter.state(), State::kOpen);
  EXPECT_LT(kept, kBytesMax);
}

TEST_P(TlsFilterOf, A_server_that_ends_in_the_handshake_is_said) {
  std::string to_peer;
  ASSERT_EQ(pair_.filter.start(to_peer), State::kHandshaking);
  const auto flight = pair_.peer.feed(to_peer);
  ASSERT_EQ(pair_.give(flight.substr(0, flight.size() / 2)), State::kHandshaking);
  EXPECT_EQ(pair_.filter.end(), State::kFailed);
  EXPECT_EQ(pair_.filter.reason(), "the server ended the connection in the TLS handshake");
}

}  // namespace
}  // namespace coupon::test
