#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

#include "net/sql/sqlite.hpp"
#include "support/embedded_store.hpp"

namespace coupon::net::sql {
namespace {

class Databases : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<Database>> open(const std::string& path, bool read_only = false, bool create = true) {
    SqliteConfig config;
    config.path = path;
    config.read_only = read_only;
    config.create = create;
    config.busy_timeout_ms = 0;
    return Database::open(config);
  }

  test::TempFolder folder_;
};

bool mentions(const base::Error& error, std::string_view part) { return error.message.find(part) != std::string::npos; }

TEST_F(Databases, A_missing_folder_is_named_with_the_remedy) {
  const auto path = folder_.file("missing/coupon.db");
  const auto error = open(path).error();
  EXPECT_EQ(error.code, base::Errc::kIo);
  EXPECT_FALSE(error.retryable);
  EXPECT_TRUE(mentions(error, path)) << error.message;
  EXPECT_TRUE(mentions(error, "check that the folder exists")) << error.message;
}

TEST_F(Databases, A_missing_file_is_not_made_unless_asked) {
  const auto path = folder_.file("coupon.db");
  EXPECT_FALSE(open(path, false, false));
  EXPECT_FALSE(open(path, true, true));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(open(path));
  EXPECT_TRUE(open(path, false, false));
}

TEST_F(Databases, A_folder_is_no_database) { EXPECT_EQ(open(folder_.path()).error().code, base::Errc::kIo); }

TEST_F(Databases, A_file_of_something_else_is_refused_and_left_alone) {
  const auto path = folder_.file("notes.txt");
  const std::string text(4'096, 'n');
  std::ofstream(path) << text;
  const auto error = open(path).error();
  EXPECT_EQ(error.code, base::Errc::kCorrupt);
  EXPECT_TRUE(mentions(error, "not a coupon store")) << error.message;
  std::ifstream again(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), text);
}

TEST_F(Databases, A_damaged_database_is_corrupt_and_says_to_restore) {
  const auto path = folder_.file("coupon.db");
  {
    const auto database = test::open_database(path);
    ASSERT_TRUE(database->execute("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (hex(zeroblob(20000)))"));
  }
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096);
    file << std::string(4'096, '\xee');
  }
  const auto error = test::open_database(path)->execute("SELECT * FROM t").error();
  EXPECT_EQ(error.code, base::Errc::kCorrupt);
  EXPECT_FALSE(error.retryable);
  EXPECT_TRUE(mentions(error, "restore a backup")) << error.message;
}

TEST_F(Databases, A_write_to_a_read_only_store_says_what_to_check) {
  const auto path = folder_.file("coupon.db");
  ASSERT_TRUE(open(path).value()->execute("CREATE TABLE t (a)"));
  const auto reader = open(path, true).value();
  EXPECT_TRUE(reader->execute("SELECT * FROM t"));
  const auto error = reader->execute("INSERT INTO t VALUES (1)").error();
  EXPECT_EQ(error.code, base::Errc::kIo);
  EXPECT_FALSE(error.retryable);
  EXPECT_TRUE(mentions(error, "read-only")) << error.message;
}

TEST_F(Databases, Another_ones_transaction_is_busy_and_may_be_retried) {
  const auto path = folder_.file("coupon.db");
  const auto first = open(path).value();
  const auto second = open(path).value();
  ASSERT_TRUE(first->execute("BEGIN IMMEDIATE"));
  const auto error = second->execute("BEGIN IMMEDIATE").error();
  EXPECT_EQ(error.code, base::Errc::kBusy);
  EXPECT_TRUE(error.retryable);
  ASSERT_TRUE(first->execute("COMMIT"));
  EXPECT_TRUE(second->execute("BEGIN IMMEDIATE"));
}

TEST_F(Databases, A_full_store_says_so_and_may_be_retried) {
  const auto database = open(folder_.file("coupon.db")).value();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a); PRAGMA max_page_count = 4"));
  const auto error = database->execute("INSERT INTO t VALUES (zeroblob(100000))").error();
  EXPECT_EQ(error.code, base::Errc::kIo);
  EXPECT_TRUE(error.retryable);
  EXPECT_TRUE(mentions(error, "free some disk space")) << error.message;
}

TEST_F(Databases, A_value_beyond_every_bound_is_the_values_fault) {
  const auto database = open(folder_.file("coupon.db")).value();
  const auto error = database->execute("SELECT zeroblob(2000000000)").error();
  EXPECT_EQ(error.code, base::Errc::kInvalid);
  EXPECT_FALSE(error.retryable);
}

TEST_F(Databases, A_transaction_is_seen_as_such) {
  const auto database = open(folder_.file("coupon.db")).value();
  EXPECT_FALSE(database->in_transaction());
  ASSERT_TRUE(database->execute("BEGIN"));
  EXPECT_TRUE(database->in_transaction());
  ASSERT_TRUE(database->execute("ROLLBACK"));
  EXPECT_FALSE(database->in_transaction());
}

}  // namespace
}  // namespace coupon::net::sql
