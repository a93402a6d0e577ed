// Idempotency keys, from the command line to the real couponsrv: the same key again is told the same grant, another key
// is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "functional/load_run.hpp"
#include "functional/programs.hpp"

namespace coupon::test {

using testing::IsEmpty;

namespace {

constexpr std::int64_t kRequests = 100;

class LoadKeys : public testing::TestWithParam<const char*> {
 protected:
  // A hundred requests, ten of each member.
  [[nodiscard]] LoadRun ask(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{GetParam(), service_.url(), "-t", "1", "--same-user", "10", "--timeout", "1m"};
    const std::vector<std::string> mine = GetParam() == std::string("burst")
                                              ? std::vector<std::string>{"-u", "100"}
                                              : std::vector<std::string>{"-R", "100", "-d", "1s", "-c", "20"};
    arguments.insert(arguments.end(), mine.begin(), mine.end());
    if (GetParam() == std::string("rate")) arguments.insert(arguments.end(), {"--warmup", "0"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return load(correctness_only(arguments));
  }
  void expect_answers(const LoadRun& run, std::int64_t issued) const {
    EXPECT_TRUE(run.code == 0 || run.code == 6) << run.code << run.out << run.err;
    ASSERT_FALSE(run.result.is_null()) << run.err;
    EXPECT_THAT(run.violated(), IsEmpty()) << run.out;
    EXPECT_EQ(run.count_of("issued"), issued) << run.out;
    EXPECT_EQ(run.count_of("duplicate"), kRequests - issued) << run.out;
    EXPECT_EQ(json_of(service_.get("/api/v1/coupons/stock/FLASH100"))["data"]["issued"], 10);
  }

  Shop shop_{1'000};
  Service service_{shop_.folder.path()};
};

}  // namespace

TEST_P(LoadKeys, Of_one_for_every_request_are_refused_after_the_first) { expect_answers(ask({}), 10); }

TEST_P(LoadKeys, Of_one_for_all_requests_of_a_member_are_all_told_the_grant) {
  expect_answers(ask({"--same-key", "10"}), kRequests);
}

TEST_P(LoadKeys, Of_two_for_each_member_are_told_the_grant_by_one_of_them) {
  expect_answers(ask({"--same-key", "5"}), kRequests / 2);
}

INSTANTIATE_TEST_SUITE_P(Modes, LoadKeys, testing::Values("burst", "rate"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST(LoadKeysOfClosed, Reach_the_server_too) {
  Shop shop(100'000);
  Service service(shop.folder.path());
  const auto run = load(correctness_only({"closed", service.url(), "-t", "1", "-c", "4", "-d", "1s", "--warmup", "0",
                                          "--think", "10ms", "--same-user", "10", "--same-key", "10"}));
  EXPECT_TRUE(run.code == 0 || run.code == 6) << run.code << run.out << run.err;
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_THAT(run.violated(), IsEmpty()) << run.out;
  EXPECT_GT(run.count_of("issued"), 10) << run.out;
  EXPECT_EQ(run.count_of("duplicate"), 0) << run.out;
  EXPECT_EQ(json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["issued"],
            (run.count_of("issued") + 9) / 10);
}

}  // namespace coupon::test
