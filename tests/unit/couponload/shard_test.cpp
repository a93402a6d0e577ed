#include "couponload/shard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "couponload/cli/run_plan.hpp"
#include "couponload/cli/start.hpp"

namespace coupon::load::test {

using testing::HasSubstr;

namespace {

constexpr std::int64_t kNowMs = 1'767'225'600'000;

std::string mistake(std::string_view text) {
  const auto shard = Shard::parse(text);
  return shard ? "none" : shard.error().message;
}

LoadOptions burst_of(std::uint32_t users, Shard shard, std::uint32_t same_user = 1) {
  LoadOptions options;
  options.users = users;
  options.same_user = same_user;
  options.shard = shard;
  return options;
}

LoadOptions planned(std::int64_t start_at_ms) {
  auto options = burst_of(10, {1, 2});
  options.start_at_ms = start_at_ms;
  options.out_path = "s1.json";
  return options;
}

std::string refusal(const LoadOptions& options) {
  const auto checked = check_start(options, kNowMs);
  return checked ? "" : checked.error().message;
}

}  // namespace

TEST(Shard, Is_written_as_its_number_and_how_many_there_are) {
  EXPECT_EQ(Shard::parse("2/3").value(), (Shard{2, 3}));
  EXPECT_EQ(Shard::parse("1000/1000").value(), (Shard{1'000, 1'000}));
  EXPECT_FALSE(Shard::parse("1/1").value().is_part());
  EXPECT_THAT(mistake("3"), HasSubstr("must be i/n, such as 1/3"));
  EXPECT_THAT(mistake("0/3"), HasSubstr("between 1 and 3"));
  EXPECT_THAT(mistake("4/3"), HasSubstr("between 1 and 3"));
  EXPECT_THAT(mistake("1/1001"), HasSubstr("between 1 and 1000"));
  for (const auto* bad : {"", "/", "1/", "/2", "a/b", "1/2/3", "-1/2", "1 /2"}) EXPECT_NE(mistake(bad), "none") << bad;
}

TEST(Shard, Takes_a_part_of_its_own_and_nothing_is_left) {
  for (const std::uint64_t whole : {0U, 1U, 5U, 6U, 7U, 100U}) {
    std::set<std::uint64_t> stretches;
    std::set<std::uint64_t> interleaved;
    for (std::uint32_t index = 1; index <= 3; ++index) {
      const Shard shard{index, 3};
      for (std::uint64_t i = 0; i < shard.part(whole); ++i) {
        EXPECT_TRUE(stretches.insert(shard.first(whole) + i).second);
        EXPECT_TRUE(interleaved.insert(shard.place(i)).second);
      }
    }
    EXPECT_EQ(stretches.size(), whole);
    EXPECT_EQ(interleaved.size(), whole);
    if (whole == 0) continue;
    EXPECT_EQ(*stretches.rbegin(), whole - 1);
    EXPECT_EQ(*interleaved.rbegin(), whole - 1);
  }
}

TEST(BurstShare, Of_all_shards_together_is_every_request_with_members_of_its_own) {
  std::uint64_t requests = 0;
  std::uint64_t next_member = 0;
  for (std::uint32_t index = 1; index <= 4; ++index) {
    const auto share = burst_share(burst_of(50, {index, 4}, 3));  // 17 members, the last one asks twice
    EXPECT_EQ(share.first_member, next_member);
    EXPECT_EQ(share.members, index == 1 ? 5U : 4U);
    EXPECT_EQ(requests_of(burst_of(50, {index, 4}, 3)), share.requests);
    next_member += share.members;
    requests += share.requests;
  }
  EXPECT_EQ(next_member, 17U);
  EXPECT_EQ(requests, 50U);
}

TEST(RateShare, Of_all_shards_together_is_every_planned_request) {
  std::uint64_t requests = 0;
  for (std::uint32_t index = 1; index <= 3; ++index) {
    LoadOptions options;
    options.mode = Mode::kRate;
    options.stages = Stages::parse("1s:10,2s:5").value();
    options.shard = {index, 3};
    requests += requests_of(options);
  }
  EXPECT_EQ(requests, 20U);
}

TEST(Start, Together_needs_an_instant_and_a_result_to_merge) {
  EXPECT_EQ(refusal(planned(kNowMs + 1)), "");
  auto options = planned(kNowMs + 1);
  options.start_at_ms.reset();
  EXPECT_THAT(refusal(options), HasSubstr("--shard 1/2 needs --start-at, the same for all shards"));
  options = planned(kNowMs + 1);
  options.out_path.clear();
  EXPECT_THAT(refusal(options), HasSubstr("--shard 1/2 needs --out"));
  options = {};
  EXPECT_EQ(refusal(options), "") << "the whole begins when it likes";
  options.start_at_ms = kNowMs + 1;
  EXPECT_EQ(refusal(options), "");
}

TEST(Start, Is_at_most_ten_minutes_ahead_and_never_past) {
  EXPECT_EQ(refusal(planned(kNowMs + 600'000)), "");
  EXPECT_THAT(refusal(planned(kNowMs + 600'001)), HasSubstr("at most 10 min"));
  EXPECT_THAT(refusal(planned(kNowMs)), HasSubstr("is past by 0.0 s"));
  EXPECT_THAT(refusal(planned(kNowMs - 2'500)), HasSubstr("--start-at 2025-12-31T23:59:57.500Z is past by 2.5 s"));
}

TEST(Start, Is_one_instant_and_so_of_one_repeat) {
  auto options = planned(kNowMs + 1);
  options.repeat = 2;
  EXPECT_THAT(refusal(options), HasSubstr("--repeat"));
}

TEST(Start, Of_another_shard_than_the_first_is_refused_what_only_set_up_knows) {
  Profile profile;
  profile.setup.push_back({.shape = {"POST", "/reset", ""}, .expect = {}});
  EXPECT_TRUE(check_setup_of_shard({2, 2}, profile));
  profile.setup.push_back({.shape = {"POST", "/coupons", ""}, .expect = {}, .capture = {{"code", "/id"}}});
  EXPECT_TRUE(check_setup_of_shard({1, 2}, profile));
  EXPECT_THAT(check_setup_of_shard({2, 2}, profile).error().message, HasSubstr("set-up captures {code}, which only"));
}

TEST(Start, Of_more_shards_than_there_are_members_is_refused) {
  auto options = planned(kNowMs + 1);
  options.users = 10;
  options.same_user = 10;
  options.shard = {2, 2};
  EXPECT_THAT(refusal(options), HasSubstr("nothing is left for shard 2 of 2"));
}

}  // namespace coupon::load::test
