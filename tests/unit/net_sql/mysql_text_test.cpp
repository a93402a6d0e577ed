#include "net/sql/mysql_text.hpp"

#include <cstdint>
#include <gtest/gtest.h>
#include <stdexcept>

namespace coupon::net::sql {
namespace {

std::string literal(const SqlValue& value) {
  std::string out;
  append_value(out, value);
  return out;
}

TEST(MysqlText, Values_become_literals_that_need_no_escaping) {
  EXPECT_EQ(literal(std::int64_t{0}), "0");
  EXPECT_EQ(literal(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(literal(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(literal(SqlBytes{std::string_view("\0\xff'", 3)}), "x'00ff27'");
  EXPECT_EQ(literal(SqlBytes{""}), "x''");
  EXPECT_EQ(literal(SqlText{"a\\'"}), "_utf8mb4 x'615c27'");
  EXPECT_EQ(literal(SqlValue()), "NULL");
}

TEST(MysqlText, Each_question_mark_takes_the_next_value) {
  EXPECT_EQ(sql_text("SELECT ?, ?", {std::int64_t{1}, SqlBytes{"?"}}), "SELECT 1, x'3f'");
  EXPECT_EQ(sql_text("COMMIT", {}), "COMMIT");
}

TEST(MysqlText, A_value_too_many_or_too_few_is_a_bug) {
  EXPECT_THROW(static_cast<void>(sql_text("SELECT ?", {})), std::logic_error);
  EXPECT_THROW(static_cast<void>(sql_text("SELECT 1", {std::int64_t{1}})), std::logic_error);
}

using Texts = std::vector<std::string>;

TEST(MysqlText, A_script_splits_at_the_semicolons_that_end_statements) {
  EXPECT_EQ(split_script("A;\n B ;C"), (Texts{"A", "B", "C"}));
  EXPECT_EQ(split_script("INSERT ';' \"a;b\" `c;d`; B"), (Texts{"INSERT ';' \"a;b\" `c;d`", "B"}));
  EXPECT_EQ(split_script("SELECT 'it''s; fine'; B"), (Texts{"SELECT 'it''s; fine'", "B"}));
}

TEST(MysqlText, Comments_are_left_out_with_what_they_contain) {
  EXPECT_EQ(split_script("-- one; two's\nA -- b;\n;# c;\n/* d; ' */ E;"), (Texts{"A", "E"}));
  EXPECT_EQ(split_script("SELECT 1--1;"), (Texts{"SELECT 1--1"})) << "a comment needs a blank behind its dashes";
}

TEST(MysqlText, Nothing_but_blanks_and_comments_is_no_statement) {
  EXPECT_TRUE(split_script(" ;\n;; -- end").empty());
  EXPECT_TRUE(split_script("").empty());
}

}  // namespace
}  // namespace coupon::net::sql
