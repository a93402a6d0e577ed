#include "base/metrics.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace coupon::base {
namespace {

bool has_line(const std::string& text, const std::string& wanted) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line == wanted) return true;
  }
  return false;
}

// The value of the series written exactly so; -1 when there is none.
double value_of(const std::string& text, const std::string& series) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(series + " ")) return std::stod(line.substr(series.size() + 1));
  }
  return -1;
}

TEST(Metrics, Counter_is_written_with_help_type_and_labels) {
  Metrics metrics;
  auto granted = metrics.counter("coupon_outcomes_total", "Outcomes", {{"outcome", "granted"}});
  auto refused = metrics.counter("coupon_outcomes_total", "Outcomes", {{"outcome", "sold_out"}});
  granted.add();
  granted.add(2);
  refused.add(5);
  EXPECT_EQ(granted.value(), 3);
  const auto text = metrics.text();
  EXPECT_TRUE(has_line(text, "# HELP coupon_outcomes_total Outcomes")) << text;
  EXPECT_TRUE(has_line(text, "# TYPE coupon_outcomes_total counter")) << text;
  EXPECT_TRUE(has_line(text, "coupon_outcomes_total{outcome=\"granted\"} 3")) << text;
  EXPECT_TRUE(has_line(text, "coupon_outcomes_total{outcome=\"sold_out\"} 5")) << text;
}

TEST(Metrics, Same_name_and_labels_give_the_same_series) {
  Metrics metrics;
  metrics.counter("x_total", "X", {{"a", "1"}}).add();
  auto again = metrics.counter("x_total", "X", {{"a", "1"}});
  again.add();
  EXPECT_EQ(again.value(), 2);
  metrics.gauge("level", "Level").set(4);
  metrics.gauge("level", "Level").add(-1.5);
  EXPECT_EQ(value_of(metrics.text(), "level"), 2.5);
}

TEST(Metrics, Distribution_has_doubling_buckets_sum_and_count) {
  Metrics metrics;
  auto seconds = metrics.distribution("call_seconds", "Calls", 0.25, 3);
  for (const double value : {0.25, 0.3, 0.9, 7.0}) seconds.observe(value);
  const auto text = metrics.text();
  EXPECT_TRUE(has_line(text, "# TYPE call_seconds histogram")) << text;
  EXPECT_EQ(value_of(text, "call_seconds_bucket{le=\"0.25\"}"), 1);
  EXPECT_EQ(value_of(text, "call_seconds_bucket{le=\"0.5\"}"), 2);
  EXPECT_EQ(value_of(text, "call_seconds_bucket{le=\"1\"}"), 3);
  EXPECT_EQ(value_of(text, "call_seconds_bucket{le=\"+Inf\"}"), 4);
  EXPECT_EQ(value_of(text, "call_seconds_count"), 4);
  EXPECT_DOUBLE_EQ(value_of(text, "call_seconds_sum"), 8.45);
}

TEST(Metrics, Adding_from_many_threads_loses_nothing) {
  Metrics metrics;
  auto counter = metrics.counter("n_total", "N");
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([counter]() mutable {
      for (int i = 0; i < 10'000; ++i) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000);
}

TEST(Metrics, Process_series_are_always_there) {
  const Metrics metrics;
  const auto text = metrics.text();
  EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value_of(text, "process_open_fds"), 3);
  EXPECT_GT(value_of(text, "process_start_time_seconds"), 1.7e9);
}

TEST(Metrics, Open_descriptors_follow_what_is_opened_and_closed) {
  const auto before = open_descriptors();
  ASSERT_GT(before, 0U);
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  EXPECT_EQ(open_descriptors(), before + 1);
  ASSERT_EQ(::close(descriptor), 0);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Metrics, Resident_bytes_grow_with_memory_that_is_touched) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const auto before = resident_bytes();
  const std::vector<char> touched(kBytes, 'x');
  EXPECT_GT(resident_bytes(), before + kBytes / 2) << touched.back();
}

}  // namespace
}  // namespace coupon::base
