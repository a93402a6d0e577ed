#include "net/sql/group_commit.hpp"

#include <future>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "support/embedded_store.hpp"

namespace coupon::net::sql {
namespace {

using Kind = GroupCommit::Kind;

GroupCommit::Work inserting(std::int64_t value) {
  return [value](Database& database) {
    auto row = database.cached("INSERT INTO t (value) VALUES (?1)");
    row->bind(1, value);
    return row->run();
  };
}

// A finished work's result as a future.
std::pair<GroupCommit::Finished, std::future<base::Result<>>> promised() {
  std::promise<base::Result<>> promise;
  auto future = promise.get_future();
  return {[promise = std::move(promise)](base::Result<> result) mutable { promise.set_value(std::move(result)); },
          std::move(future)};
}

// Work that holds the group's thread until it is let go.
class Plug {
 public:
  explicit Plug(GroupCommit& group) {
    auto [finished, future] = promised();
    done_ = std::move(future);
    group.submit(
        Kind::kRead,
        [this](Database&) -> base::Result<> {
          reached_.set_value();
          go_.get_future().wait();
          return {};
        },
        std::move(finished));
    reached_.get_future().wait();
  }
  void let_go() {
    go_.set_value();
    ASSERT_TRUE(done_.get());
  }

 private:
  std::promise<void> reached_;
  std::promise<void> go_;
  std::future<base::Result<>> done_;
};

class Groups : public ::testing::Test {
 protected:
  Groups() { store_.meddle("CREATE TABLE t (value INTEGER UNIQUE) STRICT"); }
  [[nodiscard]] double commits() { return store_.metrics().counter("store_commits_total", "").value(); }
  [[nodiscard]] std::int64_t rows() const { return store_.number("SELECT count(*) FROM t"); }

  test::EmbeddedStore store_;
};

TEST_F(Groups, What_is_finished_is_there_for_other_connections) {
  const auto group = store_.group();
  ASSERT_TRUE(group->run(Kind::kWrite, inserting(7)));
  EXPECT_EQ(store_.number("SELECT value FROM t"), 7);
}

TEST_F(Groups, Works_that_wait_while_another_runs_leave_in_one_commit) {
  const auto group = store_.group();
  Plug plug(*group);
  std::vector<std::future<base::Result<>>> results;
  for (int i = 0; i < 50; ++i) {
    auto [finished, future] = promised();
    group->submit(Kind::kWrite, inserting(i), std::move(finished));
    results.push_back(std::move(future));
  }
  const auto before = commits();
  plug.let_go();
  for (auto& result : results) EXPECT_TRUE(result.get());
  EXPECT_EQ(rows(), 50);
  EXPECT_EQ(commits() - before, 2);  // the plug's own, and one for all
}

TEST_F(Groups, A_group_is_bounded_and_the_rest_leaves_in_the_next) {
  const auto group = store_.group({.queue_max = 100, .group_max = 10});
  Plug plug(*group);
  std::vector<std::future<base::Result<>>> results;
  for (int i = 0; i < 25; ++i) {
    auto [finished, future] = promised();
    group->submit(Kind::kWrite, inserting(i), std::move(finished));
    results.push_back(std::move(future));
  }
  const auto before = commits();
  plug.let_go();
  for (auto& result : results) EXPECT_TRUE(result.get());
  EXPECT_EQ(commits() - before, 1 + 3);
}

TEST_F(Groups, Works_run_and_finish_in_the_order_they_came) {
  std::vector<int> worked;
  std::vector<int> finished;
  {
    const auto group = store_.group({.queue_max = 100, .group_max = 7});
    for (int i = 0; i < 30; ++i) {
      group->submit(
          i % 3 == 0 ? Kind::kRead : Kind::kWrite,
          [i, &worked](Database&) -> base::Result<> {
            worked.push_back(i);
            return {};
          },
          [i, &finished](const base::Result<>&) { finished.push_back(i); });
    }
  }
  std::vector<int> expected(30);
  for (int i = 0; i < 30; ++i) expected[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(worked, expected);
  EXPECT_EQ(finished, expected);
}

TEST_F(Groups, A_read_sees_the_writes_before_it_in_its_group) {
  const auto group = store_.group();
  Plug plug(*group);
  auto [written, write] = promised();
  group->submit(Kind::kWrite, inserting(5), std::move(written));
  std::int64_t seen = 0;
  auto [read, looked] = promised();
  group->submit(
      Kind::kRead,
      [&seen](Database& database) -> base::Result<> {
        auto row = database.cached("SELECT value FROM t");
        const auto there = row->step();
        if (!there) return std::unexpected(there.error());
        seen = row->integer(0);
        return {};
      },
      std::move(read));
  plug.let_go();
  EXPECT_TRUE(write.get());
  EXPECT_TRUE(looked.get());
  EXPECT_EQ(seen, 5);
}

TEST_F(Groups, Above_the_queues_bound_the_answer_is_busy_at_once_and_nothing_happens) {
  const auto group = store_.group({.queue_max = 2, .group_max = 64});
  Plug plug(*group);
  std::vector<std::future<base::Result<>>> taken;
  for (int i = 0; i < 2; ++i) {
    auto [finished, future] = promised();
    group->submit(Kind::kWrite, inserting(i), std::move(finished));
    taken.push_back(std::move(future));
  }
  const auto refused = group->run(Kind::kWrite, inserting(99));  // would block for ever if it were queued
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Errc::kBusy);
  EXPECT_TRUE(refused.error().retryable);
  plug.let_go();
  for (auto& one : taken) EXPECT_TRUE(one.get());
  EXPECT_TRUE(group->run(Kind::kWrite, inserting(3)));
  EXPECT_EQ(rows(), 3);
}

TEST_F(Groups, Their_end_finishes_everything_that_was_submitted) {
  int finished = 0;
  {
    const auto group = store_.group({.queue_max = 1'000, .group_max = 8});
    for (int i = 0; i < 300; ++i) {
      group->submit(Kind::kWrite, inserting(i),
                    [&finished](const base::Result<>& result) { finished += result ? 1 : 0; });
    }
  }
  EXPECT_EQ(finished, 300);
  EXPECT_EQ(rows(), 300);
}

// Nobody's patience ends while a test runs.
constexpr GroupCommitConfig kVeryPatient{.queue_max = 100, .group_max = 10, .patience_ms = 3'600'000};

TEST_F(Groups, A_patient_write_leaves_in_the_commit_of_the_next_other_work) {
  const auto group = store_.group(kVeryPatient);
  auto [finished, patient] = promised();
  group->submit(Kind::kPatient, inserting(1), std::move(finished));
  const auto before = commits();
  ASSERT_TRUE(group->run(Kind::kWrite, inserting(2)));
  EXPECT_TRUE(patient.get());
  EXPECT_EQ(commits() - before, 1);
  EXPECT_EQ(rows(), 2);
}

TEST_F(Groups, Patient_writes_that_fill_a_group_wait_no_longer) {
  const auto group = store_.group(kVeryPatient);
  std::vector<std::future<base::Result<>>> results;
  for (int i = 0; i < 10; ++i) {
    auto [finished, future] = promised();
    group->submit(Kind::kPatient, inserting(i), std::move(finished));
    results.push_back(std::move(future));
  }
  for (auto& result : results) EXPECT_TRUE(result.get());
  EXPECT_EQ(rows(), 10);
}

TEST_F(Groups, A_patient_write_without_company_leaves_when_its_patience_ends) {
  const auto group = store_.group({.queue_max = 10, .group_max = 10, .patience_ms = 1});
  EXPECT_TRUE(group->run(Kind::kPatient, inserting(1)));
  EXPECT_EQ(rows(), 1);
}

TEST_F(Groups, Their_end_waits_for_no_company) {
  bool stored = false;
  {
    const auto group = store_.group(kVeryPatient);
    group->submit(Kind::kPatient, inserting(1),
                  [&stored](const base::Result<>& result) { stored = result.has_value(); });
  }
  EXPECT_TRUE(stored);
  EXPECT_EQ(rows(), 1);
}

TEST_F(Groups, Many_threads_may_submit_at_once) {
  const auto group = store_.group();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&group, t] {
        for (int i = 0; i < 25; ++i) EXPECT_TRUE(group->run(Kind::kWrite, inserting(t * 100 + i)));
      });
    }
  }
  EXPECT_EQ(rows(), 200);
}

TEST_F(Groups, Two_on_one_file_wait_for_each_other) {
  const auto first = store_.group();
  const auto second = store_.group();
  const auto fill = [](GroupCommit& group, int base_value) {
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(group.run(Kind::kWrite, inserting(base_value + i)));
  };
  {
    const std::jthread one([&] { fill(*first, 0); });
    const std::jthread two([&] { fill(*second, 1'000); });
  }
  EXPECT_EQ(rows(), 120);
}

TEST_F(Groups, A_counter_read_and_written_by_two_groups_loses_no_step) {
  store_.meddle("CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0)");
  const auto step = [](Database& database) -> base::Result<> {
    std::int64_t n = 0;
    {
      auto row = database.cached("SELECT n FROM counter");
      const auto there = row->step();
      if (!there) return std::unexpected(there.error());
      n = row->integer(0);
    }
    auto row = database.cached("UPDATE counter SET n = ?1");
    row->bind(1, n + 1);
    return row->run();
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        const auto group = store_.group();
        for (int i = 0; i < 50; ++i) EXPECT_TRUE(group->run(Kind::kWrite, step));
      });
    }
  }
  EXPECT_EQ(store_.number("SELECT n FROM counter"), 100);
}

}  // namespace
}  // namespace coupon::net::sql
