#include "couponload/verify/evidence_keeper.hpp"

#include <gtest/gtest.h>
#include <random>

#include "builders.hpp"
#include "couponload/verify/invariant.hpp"
#include "couponload/verify/invariant_facts.hpp"

namespace coupon::load::test {

namespace {

struct Asked {
  std::uint64_t member = 0;
  Evidence evidence;
};

struct KeeperRun {
  std::vector<Asked> asked;
  Observed read;  // all but the asks
};

std::uint32_t draw_below(std::mt19937& random, std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); }

void draw_readbacks(std::mt19937& random, KeeperRun& run) {
  constexpr std::uint32_t kStates = 5;
  for (const auto& [number, ask] : run.asked) {
    if (ask.outcome != Outcome::kIssued && ask.outcome != Outcome::kPending) continue;
    run.read.readbacks.push_back({.member = ask.member,
                                  .expected_id = ask.id,
                                  .found_id = draw_below(random, 2) == 0 ? ask.id : "other",
                                  .state = static_cast<Readback::State>(draw_below(random, kStates)),
                                  .was_pending = ask.outcome == Outcome::kPending});
  }
}

// A small run in which anything may have gone wrong: members ask several times, behind one another and, when the source
// of members begins again, once more later.
KeeperRun keeper_run(std::mt19937& random) {
  KeeperRun run;
  const auto requests = 1 + draw_below(random, 80);
  const auto same = 1 + draw_below(random, 3);
  const auto wraps = draw_below(random, 2) == 0 ? requests : 1 + draw_below(random, requests);
  const auto kinds = 1 + draw_below(random, kOutcomeCount);
  for (std::uint32_t seq = 0; seq < requests; ++seq) {
    auto evidence = ask(seq, kOutcomes.at((kinds + draw_below(random, kinds)) % kOutcomeCount));
    const auto member = seq / same % wraps;
    evidence.member = fmt::format("m{}", member);
    evidence.done_ns += draw_below(random, 20) * kStepNs;
    if (carries_grant(evidence.outcome)) {
      evidence.rank = 1 + draw_below(random, requests);
      evidence.id = draw_below(random, 9) == 0 ? "" : fmt::format("id{}", draw_below(random, requests));
    }
    run.asked.push_back({member, std::move(evidence)});
  }
  draw_readbacks(random, run);
  run.read.before = Counts{10 + draw_below(random, 40), draw_below(random, 3), 0};
  run.read.after = Counts{run.read.before->quota, 7 + draw_below(random, 20), 7};
  run.read.verified = true;
  return run;
}

Observed keep(const KeeperRun& run, EvidenceScope scope, std::size_t threads) {
  std::vector<EvidenceKeeper> keepers(threads, EvidenceKeeper(scope));
  for (std::size_t i = 0; i < run.asked.size(); ++i) {
    auto evidence = run.asked[i].evidence;
    keepers[i % threads].take(run.asked[i].member, std::move(evidence));
  }
  auto observed = run.read;
  EvidenceKeeper::settle(std::move(keepers), observed);
  return observed;
}

void expect_same(const Observed& all, const Observed& grants) {
  const auto full = check_all(all);
  const auto thin = check_all(grants);
  ASSERT_EQ(full.size(), thin.size());
  for (std::size_t i = 0; i < full.size(); ++i) {
    EXPECT_EQ(full[i].status, thin[i].status) << full[i].name;
    EXPECT_EQ(full[i].expected, thin[i].expected) << full[i].name;
    EXPECT_EQ(full[i].actual, thin[i].actual) << full[i].name;
  }
  const auto a = facts_of(all);
  const auto b = facts_of(grants);
  EXPECT_EQ(a.members, b.members);
  EXPECT_EQ(a.prior, b.prior);
  EXPECT_EQ(a.holders, b.holders);
  EXPECT_EQ(a.in_doubt, b.in_doubt);
  EXPECT_EQ(a.sold_out, b.sold_out);
  EXPECT_EQ(a.turned_away, b.turned_away);
  EXPECT_EQ(a.granted, b.granted);
}

}  // namespace

TEST(EvidenceKeeper, Leaves_out_what_no_invariant_needs_to_see) {
  constexpr int kRounds = 3'000;
  std::mt19937 random(1);
  std::int64_t left_out = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    const auto run = keeper_run(random);
    const auto all = keep(run, EvidenceScope::kAll, 1);
    const auto grants = keep(run, EvidenceScope::kGrants, 1 + random() % 3);
    EXPECT_EQ(all.asks.size(), run.asked.size());
    left_out += std::ssize(all.asks) - std::ssize(grants.asks);
    expect_same(all, grants);
    if (HasFailure()) return;
  }
  EXPECT_GT(left_out, kRounds) << "nothing was left out to miss";
}

TEST(EvidenceKeeper, Keeps_few_rows_of_many_refusals_and_the_earliest_of_them) {
  EvidenceKeeper keeper(EvidenceScope::kGrants);
  for (std::uint32_t seq = 0; seq < 10'000; ++seq) {
    auto refusal = ask(seq, Outcome::kSoldOut);
    refusal.done_ns = (10'000 - seq) * kStepNs;
    keeper.take(seq, std::move(refusal));
  }
  Observed observed;
  EvidenceKeeper::settle({std::move(keeper)}, observed);
  ASSERT_EQ(observed.asks.size(), kSoldOutKept);
  EXPECT_EQ(observed.asks.back().done_ns, kStepNs);
  ASSERT_TRUE(observed.left_out);
  EXPECT_EQ(observed.left_out->of(Outcome::kSoldOut), 10'000 - static_cast<std::int64_t>(kSoldOutKept));
  EXPECT_EQ(observed.left_out->members, 10'000);
  EXPECT_EQ(facts_of(observed).sold_out, 10'000);
}

TEST(EvidenceKeeper, Keeps_all_when_asked_to) {
  EvidenceKeeper keeper(EvidenceScope::kAll);
  for (std::uint32_t seq = 0; seq < 100; ++seq) keeper.take(seq, ask(seq, Outcome::kSoldOut));
  Observed observed;
  EvidenceKeeper::settle({std::move(keeper)}, observed);
  EXPECT_EQ(observed.asks.size(), 100U);
  EXPECT_FALSE(observed.left_out);
}

}  // namespace coupon::load::test
