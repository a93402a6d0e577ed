#include <fmt/format.h>
#include <mutex>
#include <set>
#include <thread>

#include "integration/engines.hpp"
#include "integration/gate_calls.hpp"

namespace coupon::test {
namespace {

constexpr std::int64_t kWaitMs = 60'000;  // a bound, never reached when records are there

class JournalContract : public ContractTest {
 protected:
  static std::vector<JournalRecord> records(int first, int last) {
    std::vector<JournalRecord> all;
    for (int i = first; i <= last; ++i) all.push_back({member(i).text(), fmt::format("value {}", i), {}});
    return all;
  }
  void append(std::vector<JournalRecord> all) {
    const auto count = all.size();
    const auto acknowledged =
        completed<std::vector<bool>>([&](auto done) { journal_->append(std::move(all), std::move(done)); });
    ASSERT_EQ(acknowledged, std::vector<bool>(count, true));
  }
  /// Polls until `count` records came or none came in time.
  static std::vector<ConsumedRecord> take(JournalReader& reader, std::size_t count, std::size_t limit = 1'000) {
    std::vector<ConsumedRecord> all;
    while (all.size() < count) {
      const auto some = reader.poll(std::min(limit, count - all.size()), kWaitMs).value();
      if (some.empty()) break;
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  static std::multiset<std::string> values(const std::vector<ConsumedRecord>& all) {
    std::multiset<std::string> found;
    for (const auto& record : all) found.insert(record.value);
    return found;
  }
  static Positions behind(const std::vector<ConsumedRecord>& all) {
    Positions next;
    for (const auto& record : all) {
      auto& position = next[record.partition];
      position = std::max(position, record.offset + 1);
    }
    return next;
  }
  static std::int64_t lag(JournalReader& reader) {
    return lag_between(reader.committed().value(), reader.end().value());
  }

  std::unique_ptr<Journal> journal_ = engines_->journal();
  std::unique_ptr<JournalReader> reader_ = engines_->reader("ledger");
};

TEST_P(JournalContract, What_is_acknowledged_is_delivered_with_everything_it_carried) {
  const std::string bytes("\0\xff{", 3);
  append({{"m1", bytes, {{"code", "FLASH"}, {"binary", bytes}, {"empty", ""}}}});
  const auto got = take(*reader_, 1);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].key, "m1");
  EXPECT_EQ(got[0].value, bytes);
  EXPECT_GT(got[0].timestamp_ms, 1'600'000'000'000);
  ASSERT_EQ(got[0].headers.size(), 3U);
  EXPECT_EQ(got[0].headers[0].name, "code");
  EXPECT_EQ(got[0].headers[0].value, "FLASH");
  EXPECT_EQ(got[0].headers[1].value, bytes);
  EXPECT_EQ(got[0].headers[2].value, "");
}

TEST_P(JournalContract, An_empty_journal_gives_an_empty_batch_and_no_lag) {
  EXPECT_TRUE(reader_->poll(10, 0).value().empty());
  EXPECT_TRUE(reader_->poll(10, 20).value().empty());
  EXPECT_EQ(lag(*reader_), 0);
}

TEST_P(JournalContract, An_append_of_nothing_is_acknowledged) { append({}); }

TEST_P(JournalContract, Polls_go_on_behind_each_other_and_never_beyond_their_limit) {
  append(records(1, 25));
  std::vector<ConsumedRecord> all;
  while (all.size() < 25) {
    const auto some = reader_->poll(10, kWaitMs).value();
    ASSERT_FALSE(some.empty());
    ASSERT_LE(some.size(), 10U);
    all.insert(all.end(), some.begin(), some.end());
  }
  const auto found = values(all);
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), 25U);
  EXPECT_TRUE(reader_->poll(10, 0).value().empty());
}

TEST_P(JournalContract, Records_of_one_key_come_in_the_order_they_were_appended) {
  std::vector<JournalRecord> all;
  for (int i = 0; i < 30; ++i) all.push_back({"m1", fmt::format("{:03}", i), {}});
  append(std::move(all));
  const auto got = take(*reader_, 30, 7);
  ASSERT_EQ(got.size(), 30U);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].value, fmt::format("{:03}", i));
    EXPECT_EQ(got[i].partition, got[0].partition);
    if (i > 0) {
      EXPECT_GT(got[i].offset, got[i - 1].offset);
    }
  }
}

TEST_P(JournalContract, Lag_is_what_was_appended_and_not_committed) {
  append(records(1, 10));
  EXPECT_EQ(lag(*reader_), 10);
  const auto got = take(*reader_, 4);
  EXPECT_EQ(lag(*reader_), 10) << "polling is not committing";
  ASSERT_TRUE(reader_->commit(behind(got)));
  EXPECT_EQ(lag(*reader_), 6);
  ASSERT_TRUE(reader_->commit(behind(take(*reader_, 6))));
  EXPECT_EQ(lag(*reader_), 0);
}

TEST_P(JournalContract, After_a_rewind_what_was_not_committed_comes_again) {
  append(records(1, 10));
  ASSERT_TRUE(reader_->commit(behind(take(*reader_, 4))));
  const auto first = values(take(*reader_, 6));
  ASSERT_TRUE(reader_->rewind());
  EXPECT_EQ(values(take(*reader_, 6)), first);
}

TEST_P(JournalContract, A_new_reader_of_the_group_starts_behind_what_was_committed) {
  append(records(1, 10));
  ASSERT_TRUE(reader_->commit(behind(take(*reader_, 4))));
  auto rest = values(take(*reader_, 6));
  reader_.reset();
  const auto successor = engines_->reader("ledger");
  EXPECT_EQ(values(take(*successor, 6)), rest);
}

TEST_P(JournalContract, A_commit_never_moves_the_group_back) {
  append(records(1, 10));
  const auto first = behind(take(*reader_, 4));
  ASSERT_TRUE(reader_->commit(behind(take(*reader_, 6))));
  ASSERT_TRUE(reader_->commit(first));
  EXPECT_EQ(lag(*reader_), 0);
  ASSERT_TRUE(reader_->rewind());
  EXPECT_TRUE(reader_->poll(10, 0).value().empty());
}

TEST_P(JournalContract, A_commit_of_no_positions_changes_nothing) {
  append(records(1, 3));
  ASSERT_TRUE(reader_->commit({}));
  EXPECT_EQ(lag(*reader_), 3);
  EXPECT_EQ(take(*reader_, 3).size(), 3U);
}

TEST_P(JournalContract, Two_groups_each_get_every_record) {
  const auto statistics = engines_->reader("statistics");
  ASSERT_TRUE(statistics->poll(1, 0).value().empty());  // from now on it is known
  append(records(1, 10));
  const auto mine = take(*reader_, 10);
  ASSERT_TRUE(reader_->commit(behind(mine)));
  EXPECT_EQ(lag(*reader_), 0);
  EXPECT_EQ(lag(*statistics), 10);
  EXPECT_EQ(values(take(*statistics, 10)), values(mine));
}

TEST_P(JournalContract, What_every_group_has_committed_is_trimmed_and_offsets_are_not_used_again) {
  if (!engines_->trims()) GTEST_SKIP() << "this journal keeps its records for a time";
  append(records(1, 5));
  const auto first = take(*reader_, 5);
  ASSERT_TRUE(reader_->commit(behind(first)));
  EXPECT_EQ(lag(*reader_), 0) << "the end does not fall back";
  append(records(6, 6));
  const auto next = take(*reader_, 1);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_GT(next[0].offset, first.back().offset);
  // A group that comes late starts with what is left, without a lag of what is gone.
  const auto late = engines_->reader("late");
  EXPECT_EQ(lag(*late), 1);
  EXPECT_EQ(values(take(*late, 1)), values(next));
}

TEST_P(JournalContract, A_poll_that_waits_sees_what_comes_meanwhile) {
  std::jthread writer([&] { append(records(1, 1)); });
  EXPECT_EQ(take(*reader_, 1).size(), 1U);
}

TEST_P(JournalContract, Writers_at_once_lose_nothing) {
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < 3; ++t) {
      writers.emplace_back([&, t] {
        const auto journal = engines_->journal();
        for (int i = 0; i < 10; ++i) {
          const auto acknowledged = completed<std::vector<bool>>(
              [&](auto done) { journal->append(records(t * 100 + i, t * 100 + i), std::move(done)); });
          EXPECT_EQ(acknowledged, std::vector{true});
        }
      });
    }
  }
  const auto found = values(take(*reader_, 30));
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), 30U);
}

TEST_P(JournalContract, Readers_of_one_group_together_deliver_everything) {
  append(records(1, 40));
  std::set<std::string> found;
  std::mutex mutex;
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 2; ++t) {
      readers.emplace_back([&] {
        const auto reader = engines_->reader("ledger");
        for (;;) {
          {
            const std::scoped_lock lock(mutex);
            if (found.size() == 40) return;
          }
          const auto some = reader->poll(7, 50).value();
          {
            const std::scoped_lock lock(mutex);
            for (const auto& record : some) found.insert(record.value);
          }
          ASSERT_TRUE(reader->commit(behind(some)));
        }
      });
    }
  }
  EXPECT_EQ(found.size(), 40U);
  EXPECT_EQ(lag(*reader_), 0);
}

TEST_P(JournalContract, The_gates_grants_are_in_it_where_it_is_the_gates_store) {
  if (!engines_->journals_with_the_grant()) GTEST_SKIP() << "the issuer publishes here";
  const auto engine = engines_->gate();
  GateCalls gate(*engine, code("FLASH"));
  gate.seed({1, 2, CouponState::kOpen, {}}, 3);
  gate.issue({{member(1), id(1), 0}, {member(2), id(2), 0}, {member(3), id(3), 0}});
  const auto got = take(*reader_, 2);
  ASSERT_EQ(got.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto event = decode(got[i].value);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->member, member(static_cast<int>(i) + 1));
    EXPECT_EQ(event->id, id(static_cast<std::uint32_t>(i) + 1));
    EXPECT_EQ(event->rank, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(event->epoch, 3U);
    EXPECT_EQ(got[i].key, event->member.text());
  }
  EXPECT_TRUE(reader_->poll(10, 0).value().empty()) << "a refusal leaves no record";
}

COUPON_CONTRACT(JournalContract);

}  // namespace
}  // namespace coupon::test
