#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "couponload/pacing/arrivals.hpp"
#include "couponload/pacing/closed_pacing.hpp"

namespace coupon::load::test {

namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1'000 * kMs;

struct Sent {
  std::int64_t plan_ns = 0;
  std::int64_t done_ns = 0;
  [[nodiscard]] std::int64_t latency_ns() const { return done_ns - plan_ns; }
};

// A generator over `connections` connections that looks at the clock every `tick`, and a server that answers after
// `service`, but not between `stall_from` and `stall_to`. All on simulated time.
struct Simulation {
  std::int64_t tick_ns = kMs;
  std::size_t connections = 1'000;
  std::int64_t service_ns = kMs;
  std::int64_t stall_from_ns = 0;
  std::int64_t stall_to_ns = 0;

  [[nodiscard]] std::int64_t answer_to(std::int64_t sent_ns) const {
    const auto done = sent_ns + service_ns;
    return done >= stall_from_ns && done < stall_to_ns ? stall_to_ns : done;
  }

  [[nodiscard]] std::vector<Sent> run(Arrivals arrivals) const {
    std::vector<Sent> sent;
    std::vector<std::int64_t> busy_until(connections, 0);
    for (std::int64_t now = 0; arrivals.next_ns(); now += tick_ns) {
      for (auto& free_ns : busy_until) {
        if (free_ns > now) continue;
        const auto arrival = arrivals.take(now);
        if (!arrival) break;
        free_ns = answer_to(now);
        sent.push_back({arrival->plan_ns, free_ns});
      }
    }
    return sent;
  }
};

std::vector<std::int64_t> latencies(const std::vector<Sent>& sent) {
  std::vector<std::int64_t> all;
  all.reserve(sent.size());
  for (const auto& one : sent) all.push_back(one.latency_ns());
  std::ranges::sort(all);
  return all;
}

}  // namespace

TEST(ConstantArrivals, Are_planned_exactly_even_after_hours) {
  const ConstantArrivals thirds(3, 10 * kS);
  EXPECT_EQ(thirds.count(), 30U);
  EXPECT_EQ(thirds.at(1), 333'333'333);
  EXPECT_EQ(thirds.at(3), kS);
  const ConstantArrivals fast(150'007, 86'400 * kS);
  EXPECT_EQ(fast.at(150'007ULL * 86'399), 86'399 * kS) << "no drift after 13 thousand million arrivals";
  EXPECT_EQ(fast.count(), 150'007ULL * 86'400);
}

TEST(ConstantArrivals, Begin_with_the_duration_and_end_before_its_end) {
  for (const std::int64_t rate : {1, 3, 7, 999, 1'000, 33'333}) {
    const ConstantArrivals arrivals(rate, kS + 1);
    EXPECT_EQ(arrivals.at(0), 0);
    EXPECT_LT(arrivals.at(arrivals.count() - 1), kS + 1);
    EXPECT_GE(arrivals.at(arrivals.count()), kS + 1) << "nothing that belongs to it is left out, rate " << rate;
  }
  EXPECT_EQ(ConstantArrivals(0, kS).count(), 0U);
}

TEST(Stages, Follow_one_another_each_at_its_own_rate) {
  const auto stages = Stages::parse("10s:1000,2s:0,30s:5000").value();
  EXPECT_EQ(stages.count(), 10'000U + 150'000U);
  EXPECT_EQ(stages.duration_ns(), 42 * kS);
  EXPECT_EQ(stages.first_rate_per_s(), 1'000);
  EXPECT_EQ(stages.at(9'999), 10 * kS - kMs);
  EXPECT_EQ(stages.at(10'000), 12 * kS) << "the pause is kept";
  EXPECT_EQ(stages.at(10'001), 12 * kS + 200'000);
}

TEST(Stages, Refuse_what_is_no_plan_and_name_the_stage) {
  for (const auto* bad : {"", "10s", "10s:", ":5", "10s:-1", "10:5", "10s:5,", "10s:0", "10s:99999999", "100h:1"}) {
    EXPECT_FALSE(Stages::parse(bad)) << bad;
  }
  EXPECT_THAT(Stages::parse("1s:1,oops").error().message, testing::HasSubstr("oops"));
}

TEST(Arrivals, Of_all_threads_together_are_the_whole_plan) {
  const Stages stages(1'000, kS);
  std::vector<std::uint64_t> taken;
  for (std::uint64_t share = 0; share < 3; ++share) {
    Arrivals arrivals(stages, 5, share, 3);
    const auto before = arrivals.left();
    std::uint64_t count = 0;
    while (const auto arrival = arrivals.take(2 * kS)) {
      EXPECT_EQ(arrival->plan_ns, 5 + static_cast<std::int64_t>(arrival->seq) * kMs);
      taken.push_back(arrival->seq);
      ++count;
    }
    EXPECT_EQ(count, before);
    EXPECT_EQ(arrivals.left(), 0U);
  }
  std::ranges::sort(taken);
  ASSERT_EQ(taken.size(), 1'000U);
  EXPECT_EQ(taken.front(), 0U);
  EXPECT_EQ(taken.back(), 999U);
  EXPECT_EQ(std::ranges::adjacent_find(taken), taken.end());
}

TEST(Arrivals, Are_never_taken_before_they_are_due) {
  Arrivals arrivals(Stages(10, kS), kS, 0, 1);
  EXPECT_FALSE(arrivals.take(kS - 1));
  EXPECT_TRUE(arrivals.take(kS));
  EXPECT_FALSE(arrivals.take(kS + 99 * kMs));
  EXPECT_EQ(arrivals.next_ns(), kS + 100 * kMs);
}

TEST(Arrivals, Are_not_thinned_out_by_a_stalled_server) {
  const Simulation stalled{.stall_from_ns = 400 * kMs, .stall_to_ns = 700 * kMs};
  const auto sent = stalled.run(Arrivals(Stages(1'000, kS), 0, 0, 1));
  ASSERT_EQ(sent.size(), 1'000U);
  const auto all = latencies(sent);
  EXPECT_EQ(all.front(), kMs);
  EXPECT_EQ(all.back(), 301 * kMs);
  // Who comes during the stall waits for what is left of it: three tenths of all, evenly from nothing to 300 ms.
  EXPECT_EQ(std::ranges::count_if(all, [](auto ns) { return ns > kMs; }), 300);
  EXPECT_NEAR(static_cast<double>(all[849]), 151.0 * kMs, kMs);
}

TEST(Arrivals, Wait_for_a_connection_with_their_planned_instant) {
  const Simulation one{.connections = 1, .service_ns = 10 * kMs};
  const auto sent = one.run(Arrivals(Stages(200, kS), 0, 0, 1));
  ASSERT_EQ(sent.size(), 200U) << "half of the capacity that is needed: all are sent all the same";
  EXPECT_EQ(sent.back().latency_ns(), 200 * 10 * kMs - 199 * 5 * kMs);
}

TEST(Arrivals, Of_a_late_generator_leave_at_once_and_count_from_the_plan) {
  Arrivals arrivals(Stages(1'000, kS), 0, 0, 1);
  std::vector<Arrival> backlog;
  while (const auto arrival = arrivals.take(250 * kMs)) backlog.push_back(*arrival);
  ASSERT_EQ(backlog.size(), 251U);
  EXPECT_EQ(backlog.front().plan_ns, 0);
  EXPECT_EQ(backlog.back().plan_ns, 250 * kMs);
}

TEST(ClosedPacing, Asks_again_after_thinking_and_not_beyond_the_end) {
  const ClosedPacing pacing(10 * kMs, kS);
  EXPECT_EQ(pacing.next_ns(500 * kMs), 510 * kMs);
  EXPECT_EQ(pacing.next_ns(kS - 10 * kMs), std::nullopt);
  EXPECT_EQ(ClosedPacing(0, kS).next_ns(kS - 1), kS - 1);
}

TEST(ClosedPacing, Asks_a_stalled_server_less_often) {
  const Simulation stalled{.stall_from_ns = 400 * kMs, .stall_to_ns = 700 * kMs};
  const ClosedPacing pacing(0, kS);
  std::vector<Sent> sent;
  for (auto due = pacing.next_ns(0); due; due = pacing.next_ns(sent.back().done_ns)) {
    sent.push_back({*due, stalled.answer_to(*due)});
  }
  EXPECT_EQ(sent.size(), 700U) << "the coordinated omission that the open model does not have";
}

}  // namespace coupon::load::test
