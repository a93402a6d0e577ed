#include <gtest/gtest.h>

#include "net/sql/sqlite.hpp"
#include "support/embedded_store.hpp"

namespace coupon::net::sql {
namespace {

TEST(JournalMode, Wal_is_used_only_by_versions_without_the_reset_corruption) {
  for (const int safe : {3'051'003, 3'051'004, 3'052'000, 4'000'000, 3'050'007, 3'050'099, 3'044'006, 3'044'010}) {
    EXPECT_EQ(journal_mode(safe), "wal") << safe;
  }
  for (const int unsafe : {3'007'000, 3'040'001, 3'044'005, 3'045'000, 3'050'006, 3'051'000, 3'051'002}) {
    EXPECT_EQ(journal_mode(unsafe), "persist") << unsafe;
  }
}

TEST(JournalMode, A_store_is_opened_in_the_mode_of_its_library_and_synchronizes_fully) {
  const test::TempFolder folder;
  const auto database = test::open_database(folder.file("a.db"));
  const auto mode = database->prepare("PRAGMA journal_mode");
  ASSERT_TRUE(mode->step().value());
  const auto version = database->prepare("SELECT sqlite_version()");
  ASSERT_TRUE(version->step().value());
  EXPECT_TRUE(mode->text(0) == "wal" || mode->text(0) == "persist") << mode->text(0);
  const auto synchronous = database->prepare("PRAGMA synchronous");
  ASSERT_TRUE(synchronous->step().value());
  EXPECT_EQ(synchronous->integer(0), 2);
  const auto references = database->prepare("PRAGMA foreign_keys");
  ASSERT_TRUE(references->step().value());
  EXPECT_EQ(references->integer(0), 1);
}

}  // namespace
}  // namespace coupon::net::sql
