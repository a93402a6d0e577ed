#include "couponload/verify/evidence_keeper.hpp"

#include <gtest/gtest.h>
#include <random>

#include "builders.hpp"
#include "couponload/verify/invariant.hpp"
#include "couponload/verify/tally.hpp"

namespace coupon::load::test {

namespace {

struct Asked {
  std::uint64_t member = 0;
  Evidence evidence;
};

// A small run in which anything may have gone wrong. Nobody asks twice.
std::vector<Asked> random_run(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  std::vector<Asked> run;
  const auto requests = 1 + below(80);
  for (std::uint32_t seq = 0; seq < requests; ++seq) {
    auto evidence = ask(seq, kOutcomes.at(below(kOutcomeCount)));
    const auto member = seq;
    evidence.member = fmt::format("m{}", member);
    evidence.done_ns += below(20) * kStepNs;
    if (carries_grant(evidence.outcome)) {
      evidence.rank = 1 + below(requests);
      evidence.id = fmt::format("id{}", below(requests));
    }
    run.push_back({member, std::move(evidence)});
  }
  return run;
}

Observed keep(const std::vector<Asked>& run, EvidenceScope scope, std::size_t threads) {
  std::vector<EvidenceKeeper> keepers(threads, EvidenceKeeper(scope));
  for (std::size_t i = 0; i < run.size(); ++i) {
    auto evidence = run[i].evidence;
    keepers[i % threads].take(run[i].member, std::move(evidence));
  }
  Observed observed;
  observed.before = Counts{10, 0, 0};
  observed.after = Counts{10, 7, 7};
  observed.verified = true;
  EvidenceKeeper::settle(std::move(keepers), observed);
  return observed;
}

}  // namespace

TEST(EvidenceKeeper, Leaves_out_what_no_invariant_needs_to_see_of_members_who_ask_once) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const auto run = random_run(random);
    const auto all = keep(run, EvidenceScope::kAll, 1);
    const auto grants = keep(run, EvidenceScope::kGrants, 1 + random() % 3);
    EXPECT_EQ(all.asks.size(), run.size());
    const auto full = check_all(all);
    const auto thin = check_all(grants);
    ASSERT_EQ(full.size(), thin.size());
    for (std::size_t i = 0; i < full.size(); ++i) {
      EXPECT_EQ(full[i].status, thin[i].status) << full[i].name << " in round " << round;
      EXPECT_EQ(full[i].expected, thin[i].expected) << full[i].name;
      EXPECT_EQ(full[i].actual, thin[i].actual) << full[i].name;
    }
    const auto a = tally(all);
    const auto b = tally(grants);
    EXPECT_EQ(a.members, b.members);
    EXPECT_EQ(a.prior_members, b.prior_members);
    EXPECT_EQ(a.sold_out, b.sold_out);
    EXPECT_EQ(a.turned_away, b.turned_away);
    EXPECT_EQ(a.acknowledged, b.acknowledged);
  }
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
  EXPECT_EQ(tally(observed).sold_out, 10'000);
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
