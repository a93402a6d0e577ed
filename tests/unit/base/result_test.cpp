#include "base/result.hpp"

#include <gtest/gtest.h>
#include <set>

namespace coupon::base {
namespace {

Result<> step(bool works) {
  if (!works) return fail(Errc::kIo, "disk full");
  return {};
}

Result<int> two_steps(bool first, bool second) {
  COUPON_TRY(step(first));
  COUPON_TRY(step(second));
  return 7;
}

TEST(Result, Every_code_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (auto code = static_cast<int>(Errc::kInvalid); code <= static_cast<int>(Errc::kInternal); ++code) {
    EXPECT_TRUE(names.insert(name_of(static_cast<Errc>(code))).second) << code;
  }
  EXPECT_EQ(names.size(), 11U);
  EXPECT_EQ(name_of(Errc::kNotFound), "not_found");
  EXPECT_EQ(name_of(Errc::kTimeout), "timeout");
}

TEST(Result, Context_goes_before_the_message_and_keeps_the_rest) {
  const Error error{Errc::kBusy, "queue full", true};
  const auto outer = error.in("gate").in("issue");
  EXPECT_EQ(outer.message, "issue: gate: queue full");
  EXPECT_EQ(outer.code, Errc::kBusy);
  EXPECT_TRUE(outer.retryable);
}

TEST(Result, Only_fail_retryable_says_that_a_retry_may_help) {
  const Result<int> final = fail(Errc::kInvalid, "no");
  const Result<int> passing = fail_retryable(Errc::kUnavailable, "later");
  EXPECT_FALSE(final.error().retryable);
  EXPECT_TRUE(passing.error().retryable);
  EXPECT_EQ(passing.error().code, Errc::kUnavailable);
  EXPECT_EQ(passing.error().message, "later");
}

TEST(Result, Try_leaves_with_the_first_error) {
  EXPECT_EQ(two_steps(true, true).value(), 7);
  EXPECT_EQ(two_steps(false, true).error().message, "disk full");
  EXPECT_EQ(two_steps(true, false).error().code, Errc::kIo);
}

}  // namespace
}  // namespace coupon::base
