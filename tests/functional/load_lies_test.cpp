// Ten thousand members ask at once, and one of them, or of their grants, is lied about.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "functional/load_run.hpp"
#include "support/lying_server.hpp"

namespace coupon::test {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr std::int64_t kUsers = 10'000;
constexpr std::size_t kSpareDescriptors = 200;

class Lying : public testing::Test {
 protected:
  void SetUp() override {
    if (!allow_descriptors(kUsers + kSpareDescriptors)) GTEST_SKIP() << "the limit of open files is below 10,200";
  }

  static LoadRun burst(const LyingServer& server, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"burst", server.url(), "-u", std::to_string(kUsers), "--timeout", "1m"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return load(correctness_only(arguments));
  }
};

// One lie among ten thousand is found, called by its name and shown.
void expect_found(const LoadRun& run, const std::string& invariant, const std::string& example) {
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_EQ(run.code, 5) << run.out << run.err;
  EXPECT_THAT(run.violated(), Contains(invariant)) << run.out;
  EXPECT_THAT(run.examples_of(invariant), HasSubstr(example)) << run.out;
}

}  // namespace

TEST_F(Lying, Not_at_all_passes_with_every_invariant_checked) {
  const LyingServer server(100);
  const auto run = burst(server);
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_EQ(run.count_of("issued"), 100);
  EXPECT_EQ(run.count_of("sold_out"), kUsers - 100);
  for (const auto& invariant : run.repeat().at("invariants")) EXPECT_EQ(invariant.at("status"), "pass") << invariant;
}

TEST_F(Lying, Not_at_all_with_places_for_all_passes) {
  const LyingServer server(kUsers);
  const auto run = burst(server);
  EXPECT_EQ(run.code, 0) << run.out << run.err;
}

TEST_F(Lying, By_issuing_one_too_many_violates_the_quota) {
  const LyingServer server(kUsers - 1, {.over_issue = 1});
  expect_found(burst(server), "quota", "with rank 10000 of 9999");
}

TEST_F(Lying, By_issuing_one_too_many_and_hiding_it_violates_the_quota_and_the_count) {
  const LyingServer server(kUsers - 1, {.over_issue = 1, .hide_over_issue = true});
  const auto run = burst(server, {"--settle", "2s"});
  expect_found(run, "quota", "with rank 10000 of 9999");
  expect_found(run, "count", "the server counts 9999 issued");
}

TEST_F(Lying, By_issuing_one_member_twice_violates_once) {
  const LyingServer server(kUsers, {.twice = only(2'500)});
  const auto run = burst(server, {"--same-user", "2"});
  expect_found(run, "once", "was given id-002500 and id-");
}

TEST_F(Lying, By_giving_one_id_in_ten_thousand_again_violates_ids) {
  const LyingServer server(kUsers, {.id_reused = only(5'000)});
  expect_found(burst(server), "ids", "id-004999 was given to");
}

TEST_F(Lying, By_forgetting_one_grant_in_ten_thousand_violates_readback_and_count) {
  const LyingServer server(kUsers, {.forgotten = one_in(kUsers)});
  const auto run = burst(server, {"--settle", "2s"});
  expect_found(run, "readback", "was issued id-010000 but the server knows no grant");
  EXPECT_EQ(run.status_of("count"), "fail");
}

TEST_F(Lying, By_skipping_one_rank_in_ten_thousand_violates_ranks) {
  const LyingServer server(kUsers, {.rank_skipped = only(7'000)});
  expect_found(burst(server), "ranks", "rank 7000 was given to nobody");
}

TEST_F(Lying, By_skipping_the_very_first_rank_violates_ranks) {
  const LyingServer server(100, {.rank_skipped = only(1)});
  expect_found(burst(server), "ranks", "rank 1 was given to nobody");
}

TEST_F(Lying, By_telling_one_sold_out_and_issuing_afterwards_violates_order_and_fill) {
  const LyingServer server(kUsers, {.sold_out_early = only(100)});
  const auto run = burst(server);
  expect_found(run, "fill", "10000 places for 10000 members: 9999 issued, 1 requests told sold out");
  expect_found(run, "order", "was told sold out, and was issued");
}

TEST_F(Lying, By_many_at_once_shows_at_most_twenty_rows_of_each) {
  const LyingServer server(kUsers, {.id_reused = one_in(10)});
  const auto run = burst(server);
  expect_found(run, "ids", "was given to");
  const auto rows = run.examples_of("ids");
  EXPECT_EQ(std::count(rows.begin(), rows.end(), '\n'), 20);
}

// Not lies, but bad luck: what is not known is counted as such, and explains what it can.
TEST_F(Lying, Is_not_what_a_reset_after_a_granted_request_is_called) {
  const LyingServer server(100, {.reset_granted = one_in(50)});
  const auto run = burst(server);
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_THAT(run.violated(), IsEmpty()) << run.out;
  EXPECT_GE(run.count_of("unknown"), 2);
}

TEST_F(Lying, Is_not_what_a_500_for_a_granted_request_is_called) {
  const LyingServer server(100, {.failed_granted = one_in(50)});
  const auto run = burst(server);
  ASSERT_FALSE(run.result.is_null()) << run.err;
  EXPECT_THAT(run.violated(), IsEmpty()) << run.out;
  EXPECT_GE(run.count_of("unknown"), 2);
}

TEST_F(Lying, Is_not_what_a_slow_server_does) {
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  const LyingServer server(100, {.latency = {.shape = Latency::Shape::kExponential, .mean = milliseconds(20)},
                                 .stall = {.every = milliseconds(1'000), .lasts = milliseconds(300)},
                                 .accept_pause = microseconds(20)});
  const auto run = burst(server);
  EXPECT_EQ(run.code, 0) << run.out << run.err;
}

TEST_F(Lying, By_one_too_many_is_found_although_answers_are_lost) {
  const LyingServer server(kUsers - 100, {.over_issue = 100, .reset_granted = one_in(400)});
  expect_found(burst(server), "quota", "of 9900 places: 9975 acknowledged");
}

}  // namespace coupon::test
