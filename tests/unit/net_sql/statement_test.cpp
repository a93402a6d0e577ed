#include <gtest/gtest.h>
#include <string>

#include "net/sql/sqlite.hpp"
#include "support/embedded_store.hpp"

namespace coupon::net::sql {
namespace {

class Statements : public ::testing::Test {
 protected:
  Statements() {
    EXPECT_TRUE(database_->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, bytes BLOB) STRICT"));
  }
  base::Result<> insert(std::int64_t id, std::string_view name, std::string_view bytes) {
    auto row = database_->cached("INSERT INTO t (id, name, bytes) VALUES (?1, ?2, ?3)");
    row->bind(1, id).bind(2, name).bind_blob(3, bytes);
    return row->run();
  }

  test::TempFolder folder_;
  std::unique_ptr<Database> database_ = test::open_database(folder_.file("a.db"));
};

TEST_F(Statements, Values_read_back_as_they_were_bound) {
  const std::string bytes("\0\1\xff", 3);
  ASSERT_TRUE(insert(INT64_MIN, "caf\xc3\xa9", bytes));
  auto row = database_->cached("SELECT id, name, bytes, NULL FROM t");
  ASSERT_TRUE(row->step().value());
  EXPECT_EQ(row->integer(0), INT64_MIN);
  EXPECT_EQ(row->text(1), "caf\xc3\xa9");
  EXPECT_EQ(row->blob(2), bytes);
  EXPECT_FALSE(row->null(2));
  EXPECT_TRUE(row->null(3));
  EXPECT_EQ(row->text(3), "");
  EXPECT_FALSE(row->step().value());
}

TEST_F(Statements, Empty_text_and_empty_bytes_are_not_null_even_without_an_address) {
  ASSERT_TRUE(insert(1, std::string_view(), std::string_view()));
  auto row = database_->cached("SELECT name, bytes FROM t");
  ASSERT_TRUE(row->step().value());
  EXPECT_FALSE(row->null(0));
  EXPECT_FALSE(row->null(1));
}

TEST_F(Statements, A_null_is_bound_where_it_is_asked_for) {
  auto insert_null = database_->cached("INSERT INTO t (id, name) VALUES (1, ?1)");
  insert_null->bind(1, "text").bind_null(1);
  ASSERT_TRUE(insert_null->run());
  auto row = database_->cached("SELECT name FROM t");
  ASSERT_TRUE(row->step().value());
  EXPECT_TRUE(row->null(0));
}

TEST_F(Statements, A_broken_constraint_is_a_conflict_that_no_retry_mends) {
  ASSERT_TRUE(insert(1, "a", ""));
  const auto twice = insert(1, "b", "");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, base::Errc::kConflict);
  EXPECT_FALSE(twice.error().retryable);
  EXPECT_TRUE(insert(2, "c", ""));  // the statement is usable again
}

TEST_F(Statements, A_statement_that_makes_no_sense_says_what_is_wrong) {
  const auto bad = database_->prepare("SELEC 1")->step();
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, base::Errc::kInternal);
  EXPECT_NE(bad.error().message.find("syntax error"), std::string::npos) << bad.error().message;
}

TEST_F(Statements, A_parameter_that_does_not_exist_is_reported_and_forgotten) {
  auto row = database_->prepare("SELECT 1");
  row->bind(7, std::int64_t{1});
  EXPECT_FALSE(row->step());
  row->reset();
  EXPECT_TRUE(row->step().value());
}

TEST_F(Statements, A_cached_statement_that_could_not_be_prepared_is_tried_again) {
  const auto look = [this] { return database_->cached("SELECT count(*) FROM later")->step(); };
  ASSERT_FALSE(look());
  ASSERT_TRUE(database_->execute("CREATE TABLE later (id INTEGER)"));
  EXPECT_TRUE(look());
}

TEST_F(Statements, The_end_of_a_use_ends_its_read) {
  ASSERT_TRUE(insert(1, "a", ""));
  ASSERT_TRUE(insert(2, "b", ""));
  {
    auto rows = database_->cached("SELECT id FROM t ORDER BY id");
    ASSERT_TRUE(rows->step().value());
  }
  EXPECT_TRUE(database_->execute("DROP TABLE t"));  // would be locked by a read in hand
}

TEST_F(Statements, Changes_and_row_ids_are_those_of_the_last_statement) {
  ASSERT_TRUE(insert(41, "a", ""));
  ASSERT_TRUE(insert(42, "b", ""));
  EXPECT_EQ(database_->last_row_id(), 42);
  ASSERT_TRUE(database_->execute("UPDATE t SET name = 'c'"));
  EXPECT_EQ(database_->changes(), 2);
}

}  // namespace
}  // namespace coupon::net::sql
