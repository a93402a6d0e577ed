// The Scheduler that a loop gives its handler.

#include <algorithm>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "fixture.hpp"

namespace coupon::test {
namespace {

using std::chrono::milliseconds;

class LoopTasks : public testing::Test {
 protected:
  void finish_last() {
    std::promise<void> done;
    loop().post([&] { done.set_value(); });
    done.get_future().wait();
  }
  base::Scheduler& loop() { return *loop_; }
  TestServer& server() { return server_; }

 private:
  base::Scheduler* loop_ = nullptr;
  TestServer server_{[this](base::Scheduler& loop, int) -> http::Handler {
                       loop_ = &loop;
                       return echo;
                     },
                     test_config()};
};

TEST_F(LoopTasks, Run_in_the_order_posted_on_one_thread) {
  constexpr int kCount = 10'000;
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  for (int index = 0; index < kCount; ++index) {
    loop().post([&, index] {
      order.push_back(index);
      threads.push_back(std::this_thread::get_id());
    });
  }
  finish_last();
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kCount));
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_TRUE(std::ranges::all_of(threads, [&](auto id) { return id == threads.front(); }));
  EXPECT_NE(threads.front(), std::this_thread::get_id());
}

TEST_F(LoopTasks, Of_several_threads_all_run_each_thread_s_in_order) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2'500;
  std::vector<std::vector<int>> seen(kThreads);
  {
    std::vector<std::jthread> posters;
    for (int thread = 0; thread < kThreads; ++thread) {
      posters.emplace_back([&, thread] {
        auto& mine = seen[static_cast<std::size_t>(thread)];
        for (int index = 0; index < kEach; ++index) loop().post([&mine, index] { mine.push_back(index); });
      });
    }
  }
  finish_last();
  for (const auto& mine : seen) {
    EXPECT_EQ(mine.size(), static_cast<std::size_t>(kEach));
    EXPECT_TRUE(std::ranges::is_sorted(mine));
  }
}

TEST_F(LoopTasks, Posted_by_a_task_let_connections_have_their_turn) {
  std::atomic<bool> stop = false;
  std::function<void()> again = [&] {
    if (!stop) loop().post([&] { again(); });
  };
  again();
  EXPECT_EQ(server().connect().ask(raw_request("GET", "/")).status, 200);
  stop = true;
  finish_last();
}

TEST_F(LoopTasks, That_throw_do_not_end_the_loop) {
  loop().post([] { throw std::runtime_error("on purpose"); });
  loop().after(milliseconds(0), [] { throw std::runtime_error("on purpose"); });
  finish_last();
  EXPECT_EQ(server().connect().ask(raw_request("GET", "/")).status, 200);
}

TEST_F(LoopTasks, After_a_delay_run_in_the_order_they_are_due) {
  std::vector<int> order;
  std::promise<void> done;
  loop().after(milliseconds(90), [&] {
    order.push_back(3);
    done.set_value();
  });
  loop().after(milliseconds(60), [&] { order.push_back(2); });
  loop().after(milliseconds(0), [&] { order.push_back(0); });
  loop().after(milliseconds(30), [&] { order.push_back(1); });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
}

TEST_F(LoopTasks, After_a_delay_do_not_run_before_it) {
  const auto begin = std::chrono::steady_clock::now();
  std::promise<std::chrono::steady_clock::time_point> ran;
  loop().after(milliseconds(30), [&] { ran.set_value(std::chrono::steady_clock::now()); });
  EXPECT_GE(ran.get_future().get() - begin, milliseconds(30));
}

TEST_F(LoopTasks, After_a_delay_may_schedule_another) {
  std::promise<int> done;
  loop().after(milliseconds(1), [&] { loop().after(milliseconds(1), [&] { done.set_value(7); }); });
  EXPECT_EQ(done.get_future().get(), 7);
}

TEST_F(LoopTasks, Left_over_at_the_stop_are_destroyed_without_being_run) {
  const auto held = std::make_shared<int>(0);
  loop().after(std::chrono::hours(1), [held] { ++*held; });
  finish_last();
  EXPECT_EQ(server().server().stop(), 0);
  loop().post([held] { ++*held; });
  loop().after(milliseconds(0), [held] { ++*held; });
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace coupon::test
