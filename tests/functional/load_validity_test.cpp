// A generator that has no core of its own says so, whatever it measured.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include "functional/load_run.hpp"
#include "functional/programs.hpp"
#include "support/lying_server.hpp"

namespace coupon::test {

using testing::ContainsRegex;

namespace {

constexpr int kCrowd = 5'000;

// A core that this process may use.
int some_core() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return -1;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &cores)) return core;
  }
  return -1;
}

}  // namespace

TEST(Validity, Of_a_run_beside_something_that_takes_its_core_is_denied_with_the_criterion) {
  if (!allow_descriptors(2 * kCrowd)) GTEST_SKIP() << "the limit of open files is below 10,000";
  const auto core = std::to_string(some_core());
  const LyingServer server(100);
  const Process hog({"taskset", "-c", core, "sh", "-c", "while :; do :; done"});
  const auto done = run({"taskset", "-c", core, program("couponload"), "burst", server.url(), "-u",
                         std::to_string(kCrowd), "--timeout", "1m", "--quiet"});
  EXPECT_EQ(done.code, 6) << done.out << done.err;
  EXPECT_THAT(done.out, ContainsRegex("VERDICT invalid: load thread 0: (heartbeat lag p99|without a core)"))
      << done.err;
}

TEST(Validity, Of_a_run_does_not_take_an_over_issue_back) {
  if (!allow_descriptors(2 * kCrowd)) GTEST_SKIP() << "the limit of open files is below 10,000";
  const auto core = std::to_string(some_core());
  const LyingServer server(100, {.over_issue = 1});
  const Process hog({"taskset", "-c", core, "sh", "-c", "while :; do :; done"});
  const auto done = run({"taskset", "-c", core, program("couponload"), "burst", server.url(), "-u",
                         std::to_string(kCrowd), "--timeout", "1m", "--quiet"});
  EXPECT_EQ(done.code, 5) << done.out << done.err;
}

}  // namespace coupon::test
