#include <gtest/gtest.h>

#include "functional/crash.hpp"

namespace coupon::test {

class CrashRepeated : public testing::TestWithParam<unsigned> {};

TEST_P(CrashRepeated, loses_no_answered_grant_and_gives_none_too_many) { kill_in_mid_burst_and_restart(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Seeds, CrashRepeated, testing::Range(101U, 121U));

}  // namespace coupon::test
