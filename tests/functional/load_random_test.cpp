// Runs over a network that loses requests and answers in ways drawn from a seed, against the real program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "functional/load_run.hpp"
#include "support/lying_server.hpp"

namespace coupon::test {

using testing::IsEmpty;

namespace {

// Far more than answers take here; a request that is never answered is given up after it.
constexpr const char* kTimeout = "3s";

struct Bad {
  Lies lies;
  std::int64_t quota = 0;
  std::vector<std::string> arguments;
};

Bad draw(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto number = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
  const auto now_and_then = [&] { return number(0, 1) == 0 ? Which{} : one_in(number(3, 40)); };
  const auto users = number(50, 400);
  Bad bad;
  bad.quota = number(1, users);
  bad.lies.reset_granted = now_and_then();
  bad.lies.reset_ignored = now_and_then();
  bad.lies.failed_granted = now_and_then();
  bad.lies.failed_ignored = now_and_then();
  bad.lies.silent_granted = number(0, 3) == 0 ? one_in(number(30, 60)) : Which{};
  bad.lies.busy = number(0, 1) * number(0, 10);
  bad.lies.pending = number(0, 1) * number(0, 20);
  bad.lies.pending_forever = number(0, 1) == 1;
  bad.lies.rows_late = number(0, 2);
  bad.lies.latency = {.shape = Latency::Shape::kExponential, .mean = std::chrono::milliseconds(number(0, 10) + 1)};
  bad.lies.latency.seed = seed;
  bad.arguments = {"-u",          std::to_string(users),
                   "--same-user", std::to_string(number(1, 3)),
                   "--seed",      std::to_string(seed),
                   "--timeout",   kTimeout,
                   "--settle",    "2s"};
  return bad;
}

LoadRun burst(const LyingServer& server, const Bad& bad) {
  std::vector<std::string> arguments{"burst", server.url()};
  arguments.insert(arguments.end(), bad.arguments.begin(), bad.arguments.end());
  return load(correctness_only(arguments));
}

}  // namespace

class BadNetwork : public testing::TestWithParam<std::uint64_t> {};

TEST_P(BadNetwork, Is_never_called_a_lie) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  const auto bad = draw(GetParam());
  const LyingServer server(bad.quota, bad.lies);
  const auto run = burst(server, bad);
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_THAT(run.violated(), IsEmpty()) << run.out;
  EXPECT_TRUE(run.code == 0 || run.code == 6) << run.code << run.out << run.err;
}

// Lost answers do not matter where the server itself counts one too many.
TEST_P(BadNetwork, Does_not_hide_an_over_issue_that_the_server_counts) {
  SCOPED_TRACE(testing::Message() << "seed " << GetParam());
  auto bad = draw(GetParam());
  bad.quota = 10;
  bad.lies.over_issue = 1;
  bad.lies.pending = 0;
  const LyingServer server(bad.quota, bad.lies);
  const auto run = burst(server, bad);
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_EQ(run.code, 5) << run.out << run.err;
  EXPECT_EQ(run.status_of("quota"), "fail") << run.out;
}

INSTANTIATE_TEST_SUITE_P(Seeds, BadNetwork, testing::Range<std::uint64_t>(1, 13));

}  // namespace coupon::test
