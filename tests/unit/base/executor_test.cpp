#include "base/executor.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace coupon::base {
namespace {

TEST(InlineExecutor, Runs_each_task_before_post_returns) {
  InlineExecutor executor;
  std::vector<int> ran;
  executor.post([&] { ran.push_back(1); });
  EXPECT_EQ(ran, (std::vector<int>{1}));
  executor.post([&] { ran.push_back(2); });
  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
}

TEST(InlineExecutor, Runs_on_the_thread_that_posts) {
  InlineExecutor executor;
  std::thread::id ran_on;
  executor.post([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(InlineExecutor, Takes_tasks_that_can_only_be_moved) {
  InlineExecutor executor;
  auto value = std::make_unique<int>(5);
  int seen = 0;
  executor.post([&seen, value = std::move(value)] { seen = *value; });
  EXPECT_EQ(seen, 5);
}

TEST(Wait, Gives_the_value_of_a_call_that_completes_at_once) {
  const auto result = wait<int>([](auto done) { done(42); });
  EXPECT_EQ(result.value(), 42);
}

TEST(Wait, Gives_the_error_with_its_code) {
  const auto result = wait<int>([](auto done) { done(fail(Errc::kTimeout, "too late")); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kTimeout);
  EXPECT_EQ(result.error().message, "too late");
}

TEST(Wait, Blocks_until_another_thread_completes_the_call) {
  std::thread worker;
  std::promise<void> go;
  const auto result = wait<std::string>([&](auto done) {
    worker = std::thread([&go, done = std::move(done)]() mutable {
      go.get_future().wait();
      done(std::string("late"));
    });
    go.set_value();
  });
  worker.join();
  EXPECT_EQ(result.value(), "late");
}

TEST(Wait, Works_for_calls_without_a_value) {
  EXPECT_TRUE(wait<void>([](auto done) { done({}); }));
}

}  // namespace
}  // namespace coupon::base
