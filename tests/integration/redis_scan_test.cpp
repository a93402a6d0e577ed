// Walks over many grants while they change: a scan's pages and a settlement's steps.

#include <map>
#include <thread>

#include "integration/redis_gate_fixture.hpp"

namespace coupon::test {
namespace {

class RedisScan : public RedisGateTest {
 protected:
  /// How often each member was given, over all pages; `between` runs after each page.
  template <class Between>
  std::map<std::string, int> scan_all(std::size_t limit, Between between) {
    std::map<std::string, int> seen;
    std::string cursor;
    do {
      const auto page = gate_.scan(cursor, limit);
      EXPECT_TRUE(page.serving);
      EXPECT_LE(page.grants.size(), limit);
      for (const auto& held : page.grants) ++seen[held.grant.member.text()];
      cursor = page.next;
      between();
    } while (!cursor.empty());
    return seen;
  }
  void expect_all_once(int count, const std::map<std::string, int>& seen) {
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(count));
    for (const auto& [member, times] : seen) EXPECT_EQ(times, 1) << member;
  }
};

TEST_F(RedisScan, A_small_hash_and_a_large_one_are_given_once_in_pages_of_any_size) {
  gate_.seed(values(10'000), kEpoch);
  int count = 0;
  for (const int size : {1, 100, 128, 129, 512, 513, 2'000}) {
    gate_.issue(asks(count + 1, size));
    count = size;
    EXPECT_EQ(meddle({"OBJECT", "ENCODING", key("g")}), size <= 512 ? "listpack" : "hashtable");
    for (const std::size_t limit : {1U, 7U, 100U, 1'000U, 5'000U}) {
      SCOPED_TRACE(fmt::format("{} grants in pages of {}", size, limit));
      expect_all_once(size, scan_all(limit, [] {}));
    }
  }
}

TEST_F(RedisScan, What_is_there_all_the_time_is_given_while_others_come) {
  constexpr int kThere = 10'000;
  gate_.seed(values(100'000), kEpoch);
  issue_all(kThere);
  int last = kThere;
  const auto seen = scan_all(200, [&] {
    gate_.issue(asks(last + 1, last + 300));
    last += 300;
  });
  for (int i = 1; i <= kThere; ++i) ASSERT_TRUE(seen.contains(member(i).text())) << i;
}

// A step of Redis's has as many members as it finds, so a step whose members went away reaches farther the next time.
TEST_F(RedisScan, What_is_there_all_the_time_is_given_while_others_go) {
  for (const std::size_t limit : {1U, 3U, 10U, 100U}) {
    constexpr int kGrants = 3'000;
    meddle({"FLUSHALL"});
    gate_.seed(values(kGrants), kEpoch);
    issue_all(kGrants);
    int gone = 0;
    const auto seen = scan_all(limit, [&] {
      for (int i = 0; i < 3 && gone < kGrants / 2; ++i) ASSERT_TRUE(gate_.revoke(ref(2 * ++gone)));
    });
    for (int i = 1; i <= kGrants; i += 2) ASSERT_TRUE(seen.contains(member(i).text())) << i << " of pages of " << limit;
  }
}

TEST_F(RedisScan, A_small_hash_that_becomes_a_large_one_on_the_way_loses_nobody) {
  constexpr int kThere = 500;
  gate_.seed(values(10'000), kEpoch);
  gate_.issue(asks(1, kThere));
  int last = kThere;
  const auto seen = scan_all(10, [&] {
    if (last < 5'000) gate_.issue(asks(last + 1, last + 250));
    last += 250;
  });
  for (int i = 1; i <= kThere; ++i) ASSERT_TRUE(seen.contains(member(i).text())) << i;
}

TEST_F(RedisScan, A_crowd_at_other_gates_hides_nobody) {
  constexpr int kThere = 10'000;
  gate_.seed(values(100'000), kEpoch);
  issue_all(kThere);
  std::atomic<bool> stop = false;
  std::jthread crowd([&] {
    const auto engine = gate_at(server_, inline_);
    GateCalls other(*engine, code());
    for (int i = kThere + 1; !stop; i += 50) {
      other.issue(asks(i, i + 49));
      other.revoke(ref(i));
    }
  });
  for (int round = 0; round < 3; ++round) {
    const auto seen = scan_all(500, [] {});
    for (int i = 1; i <= kThere; ++i) EXPECT_TRUE(seen.contains(member(i).text())) << i;
  }
  stop = true;
}

class RedisSettle : public RedisGateTest {};

TEST_F(RedisSettle, Thousands_of_grants_are_settled_in_several_steps) {
  constexpr int kGrants = 3'700;
  constexpr int kMerged = 200;
  constexpr std::int64_t kQuota = 2'500;
  gate_.seed(values(kGrants), kEpoch);
  issue_all(kGrants);
  const auto token = gate_.fence(kEpoch + 1);
  std::vector<Grant> ledger;
  for (int i = kGrants - kMerged + 1; i <= kGrants; ++i) ledger.push_back(grant(i));
  ASSERT_TRUE(gate_.merge(token, ledger, {}));
  for (int again = 0; again < 2; ++again) {
    const auto settled = gate_.settle(token, kQuota);
    ASSERT_TRUE(settled.mine);
    EXPECT_EQ(settled.held, kQuota);
    EXPECT_EQ(settled.pending, kQuota - kMerged);
    EXPECT_EQ(settled.voided, again == 0 ? kGrants - kQuota : 0);
    EXPECT_EQ(settled.seq, kGrants);
  }
  ASSERT_TRUE(gate_.open(token, values(kQuota), kGrants));
  EXPECT_TRUE(gate_.find(member(static_cast<int>(kQuota) - kMerged)).held) << "the last that the quota reaches";
  EXPECT_FALSE(gate_.find(member(static_cast<int>(kQuota) - kMerged + 1)).held);
  EXPECT_FALSE(gate_.find(member(kGrants)).held->pending);
  EXPECT_EQ(gate_.issue_one({member(9'999), id(9'999), 0}).outcome, Outcome::kSoldOut);
}

TEST_F(RedisSettle, A_settlement_overtaken_on_its_way_changes_nothing_more) {
  gate_.seed(values(10), kEpoch);
  gate_.issue(asks(1, 5));
  const auto first = gate_.fence(kEpoch + 1);
  const auto second = gate_.fence(kEpoch + 2);
  const auto before = meddle({"DEBUG", "DIGEST"});
  EXPECT_FALSE(gate_.settle(first, 1).mine);
  EXPECT_EQ(meddle({"DEBUG", "DIGEST"}), before);
  EXPECT_EQ(gate_.settle(second, 3).voided, 2);
}

}  // namespace
}  // namespace coupon::test
