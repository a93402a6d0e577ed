// What couponload compare says of two sets of five runs against servers whose difference is known.

#include <gtest/gtest.h>
#include <optional>

#include "functional/load_run.hpp"
#include "functional/programs.hpp"
#include "support/lying_server.hpp"

namespace coupon::test {

using std::chrono::milliseconds;

namespace {

constexpr int kAttempts = 3;
constexpr int kNoDifference = 0;
constexpr int kRegression = 4;
constexpr int kNotComparable = 6;

struct Comparison {
  int code = -1;
  std::string out;
};

std::string five_runs(milliseconds latency, const std::string& file) {
  const LyingServer server(1'000'000, {.latency = {.shape = Latency::Shape::kConstant, .mean = latency}});
  const auto run = load({"rate", server.url(), "-R", "300", "-d", "3s", "--warmup", "1s", "--repeat", "5"});
  EXPECT_FALSE(run.result.is_null()) << run.err;
  write_file(file, run.result.dump());
  return run.out;
}

Comparison compare(milliseconds before, milliseconds after) {
  const TempFolder folder;
  const auto a = folder.file("a.json");
  const auto b = folder.file("b.json");
  const auto said = five_runs(before, a) + five_runs(after, b);
  Process process({program("couponload"), "compare", a, b});
  const int code = process.wait();
  return {.code = code, .out = said + process.out() + process.err()};
}

// A busy machine makes runs invalid, and compare then refuses to judge: that is right and proves nothing.
void expect_judgement(milliseconds before, milliseconds after, int code) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto comparison = compare(before, after);
    if (comparison.code == kNotComparable) continue;
    EXPECT_EQ(comparison.code, code) << comparison.out;
    return;
  }
  GTEST_SKIP() << "no five valid runs in " << kAttempts << " attempts: this machine is too busy to measure on";
}

}  // namespace

TEST(Comparison, Of_two_sets_of_runs_against_the_same_server_finds_no_difference) {
  expect_judgement(milliseconds(40), milliseconds(40), kNoDifference);
}

TEST(Comparison, With_a_server_that_is_a_tenth_slower_finds_the_regression) {
  expect_judgement(milliseconds(40), milliseconds(44), kRegression);
}

TEST(Comparison, With_a_server_that_is_a_tenth_faster_finds_no_regression) {
  expect_judgement(milliseconds(44), milliseconds(40), kNoDifference);
}

}  // namespace coupon::test
