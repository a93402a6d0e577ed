#include "net/sql/mysql_errors.hpp"

#include <gtest/gtest.h>

namespace coupon::net::sql {
namespace {

using base::Errc;

TEST(MysqlErrors, What_may_pass_by_itself_is_retryable) {
  for (const int number : {1205, 1213, 2002, 2003, 2006, 2013, 1040, 1053, 1021, 1114, 1290, 1317, 3024, 1836, 1927}) {
    const auto error = mysql_error(number, "HY000", "x");
    EXPECT_TRUE(error.retryable) << number;
    EXPECT_TRUE(error.code == Errc::kUnavailable || error.code == Errc::kBusy) << number;
  }
}

TEST(MysqlErrors, What_an_operator_must_mend_is_not_retryable_and_says_how) {
  const std::pair<int, std::string_view> remedies[] = {
      {1045, "password"},          {1698, "password"},          {1049, "CREATE DATABASE"}, {1044, "GRANT"},
      {1146, "couponctl migrate"}, {1054, "couponctl migrate"}, {2026, "CA file"},         {1665, "binlog_format"}};
  for (const auto& [number, remedy] : remedies) {
    const auto error = mysql_error(number, "HY000", "detail");
    EXPECT_FALSE(error.retryable) << number;
    EXPECT_EQ(error.code, Errc::kUnavailable) << number << ": no record is to blame";
    EXPECT_NE(error.message.find(remedy), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("detail"), std::string::npos) << error.message;
  }
}

TEST(MysqlErrors, What_a_record_is_to_blame_for_is_invalid_or_a_conflict) {
  EXPECT_EQ(mysql_error(1406, "22001", "too long").code, Errc::kInvalid);
  EXPECT_EQ(mysql_error(1366, "22007", "charset").code, Errc::kInvalid);
  EXPECT_EQ(mysql_error(1048, "23000", "null").code, Errc::kConflict);
  EXPECT_EQ(mysql_error(1062, "23000", "duplicate").code, Errc::kConflict);
  EXPECT_EQ(mysql_error(3819, "HY000", "check").code, Errc::kConflict);
  EXPECT_EQ(mysql_error(4025, "23000", "check").code, Errc::kConflict);
  EXPECT_EQ(mysql_error(1644, "45000", "signal").code, Errc::kInvalid);
  for (const int number : {1062, 3819, 4025}) EXPECT_FALSE(mysql_error(number, "23000", "").retryable);
}

TEST(MysqlErrors, What_nobody_foresaw_is_no_records_fault_and_not_retryable) {
  const auto error = mysql_error(1064, "42000", "syntax");
  EXPECT_EQ(error.code, Errc::kInternal);
  EXPECT_FALSE(error.retryable);
}

TEST(MysqlErrors, Any_error_of_the_client_breaks_the_connection) {
  for (const int number : {0, 2000, 2006, 2013, 2014, 2027, 5001, 1053, 1927}) EXPECT_TRUE(breaks_connection(number));
  for (const int number : {1062, 1205, 1213, 1406, 1146}) EXPECT_FALSE(breaks_connection(number));
}

TEST(MysqlErrors, Of_all_only_a_deadlock_has_undone_the_transaction) {
  EXPECT_TRUE(is_deadlock(1213));
  EXPECT_FALSE(is_deadlock(1205));
}

}  // namespace
}  // namespace coupon::net::sql
