// A thousand histories each: what a bad network does is never called a lie, and a lie that shows is never missed.

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "couponload/verify/invariant.hpp"
#include "simulated_run.hpp"

namespace coupon::load::test {

namespace {

constexpr std::uint64_t kRuns = 1'000;

std::string describe(const Invariant& invariant) {
  return fmt::format("{} {}: expected {}, actual {}; {}", invariant.name, name_of(invariant.status), invariant.expected,
                     invariant.actual, fmt::join(invariant.examples, "; "));
}

// A reason has words, not only a number.
bool is_explained(const Invariant& invariant) {
  return !invariant.examples.empty() || std::ranges::count(invariant.actual, ' ') > 2;
}

}  // namespace

TEST(RandomRuns, Of_honest_services_are_never_accused_whatever_the_network_does) {
  std::int64_t unknown = 0;
  std::int64_t inconclusive = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const auto run = simulate(draw_world(seed), seed);
    unknown += std::ranges::count(run.observed.asks, Outcome::kUnknown, &Evidence::outcome);
    for (const auto& invariant : check_all(run.observed)) {
      EXPECT_NE(invariant.status, Judgement::kFail) << "seed " << seed << ": " << describe(invariant);
      if (invariant.status != Judgement::kInconclusive) continue;
      ++inconclusive;
      EXPECT_TRUE(is_explained(invariant)) << "seed " << seed << ": " << describe(invariant);
    }
  }
  EXPECT_GT(unknown, 1'000) << "the network was too good to prove anything";
  EXPECT_GT(inconclusive, 10);
}

TEST(RandomRuns, Of_honest_services_in_a_calm_network_are_all_told) {
  std::int64_t calm = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const auto world = draw_world(seed);
    if (!world.calm()) continue;
    ++calm;
    for (const auto& invariant : check_all(simulate(world, seed).observed)) {
      EXPECT_TRUE(invariant.status == Judgement::kPass || invariant.status == Judgement::kSkipped)
          << "seed " << seed << ": " << describe(invariant);
    }
  }
  EXPECT_GT(calm, 100);
}

TEST(RandomRuns, Are_summed_up_as_they_are_judged) {
  std::int64_t over = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const auto run = simulate(draw_world(seed), seed, static_cast<int>(seed % 3)).observed;
    EXPECT_EQ(grants_over(run) > 0, check_quota(run).status == Judgement::kFail) << "seed " << seed;
    EXPECT_EQ(members_with_two(run) > 0, check_once(run).status == Judgement::kFail) << "seed " << seed;
    over += grants_over(run) > 0 ? 1 : 0;
  }
  EXPECT_GT(over, 300);
}

class OverIssue : public testing::TestWithParam<bool> {};

TEST_P(OverIssue, That_shows_is_never_missed_and_one_that_does_not_is_never_made_up) {
  std::int64_t shown = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const auto run = simulate(draw_world(seed), seed, 1, GetParam());
    const auto quota = check_quota(run.observed);
    if (run.over_issue_shown) {
      ++shown;
      EXPECT_EQ(quota.status, Judgement::kFail) << "seed " << seed << ": " << describe(quota);
      EXPECT_FALSE(quota.examples.empty()) << "seed " << seed;
    } else if (quota.status == Judgement::kFail) {
      // Told by ids that answers to a second request carry, which the oracle does not count.
      const auto duplicates = std::ranges::count(run.observed.asks, Outcome::kDuplicate, &Evidence::outcome);
      EXPECT_GT(duplicates, 0) << "seed " << seed << ": " << describe(quota);
    }
  }
  EXPECT_GT(shown, 300);
}

INSTANTIATE_TEST_SUITE_P(CountedAndHidden, OverIssue, testing::Bool());

}  // namespace coupon::load::test
