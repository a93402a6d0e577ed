#include <future>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <vector>

#include "net/sql/group_commit.hpp"
#include "support/embedded_store.hpp"

namespace coupon::net::sql {
namespace {

using Kind = GroupCommit::Kind;

constexpr std::int64_t kBig = 3'000'000;

GroupCommit::Work inserting_row(std::int64_t value, std::int64_t bytes = 0) {
  return [value, bytes](Database& database) {
    auto row = database.cached("INSERT INTO t (value, filler) VALUES (?1, zeroblob(?2))");
    row->bind(1, value).bind(2, bytes);
    return row->run();
  };
}

// Submits all works while the group's thread is held, so that they share one transaction; their results in order.
std::vector<base::Result<>> together(GroupCommit& group, std::vector<GroupCommit::Work> works) {
  std::promise<void> reached;
  std::promise<void> go;
  group.submit(
      Kind::kRead,
      [&reached, &go](Database&) -> base::Result<> {
        reached.set_value();
        go.get_future().wait();
        return {};
      },
      [](const base::Result<>& result) { EXPECT_TRUE(result); });
  reached.get_future().wait();
  std::vector<std::promise<base::Result<>>> promises(works.size());
  for (std::size_t i = 0; i < works.size(); ++i) {
    group.submit(Kind::kWrite, std::move(works[i]),
                 [&promises, i](base::Result<> result) { promises[i].set_value(std::move(result)); });
  }
  go.set_value();
  std::vector<base::Result<>> results;
  for (auto& promise : promises) results.push_back(promise.get_future().get());
  return results;
}

template <class... Works>
std::vector<GroupCommit::Work> works(Works... each) {
  std::vector<GroupCommit::Work> all;
  (all.push_back(std::move(each)), ...);
  return all;
}

class GroupFailures : public ::testing::Test {
 protected:
  static constexpr const char* kTable = "CREATE TABLE t (value INTEGER UNIQUE, filler BLOB) STRICT";
  GroupFailures() { store_.meddle(kTable); }
  [[nodiscard]] std::int64_t rows() const { return store_.number("SELECT count(*) FROM t"); }

  test::EmbeddedStore store_;
};

TEST_F(GroupFailures, An_error_undoes_its_work_alone) {
  const auto group = store_.group();
  const auto half = [](Database& database) -> base::Result<> {
    COUPON_TRY(inserting_row(50)(database));
    COUPON_TRY(inserting_row(51)(database));
    return base::fail(base::Errc::kNotFound, "no such thing");
  };
  const auto results = together(*group, works(inserting_row(1), GroupCommit::Work(half), inserting_row(2)));
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().message, "no such thing");
  EXPECT_TRUE(results[2]);
  EXPECT_EQ(rows(), 2);
  EXPECT_EQ(store_.number("SELECT sum(value) FROM t"), 3);
}

TEST_F(GroupFailures, A_constraint_fails_one_work_and_the_next_goes_on) {
  const auto group = store_.group();
  const auto results = together(*group, works(inserting_row(1), inserting_row(1), inserting_row(2)));
  EXPECT_TRUE(results[0]);
  EXPECT_EQ(results[1].error().code, base::Errc::kConflict);
  EXPECT_TRUE(results[2]);
  EXPECT_EQ(rows(), 2);
}

TEST_F(GroupFailures, A_failed_commit_reaches_every_work_and_nothing_is_stored) {
  // A deferred reference is checked by COMMIT alone.
  store_.meddle(
      "CREATE TABLE parent (id INTEGER PRIMARY KEY);"
      "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)");
  const auto group = store_.group();
  const auto orphan = [](Database& database) { return database.execute("INSERT INTO child VALUES (7)"); };
  const auto results = together(*group, works(inserting_row(1), GroupCommit::Work(orphan), inserting_row(2)));
  for (const auto& result : results) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, base::Errc::kConflict);
  }
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(store_.number("SELECT count(*) FROM child"), 0);
  EXPECT_TRUE(group->run(Kind::kWrite, inserting_row(3)));  // and the next group works
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(store_.metrics().counter("store_commit_failures_total", "").value(), 1);
}

TEST_F(GroupFailures, A_work_that_ends_the_transaction_fails_all_of_its_group) {
  const auto group = store_.group();
  const auto traitor = [](Database& database) { return database.execute("ROLLBACK"); };
  const auto results = together(*group, works(inserting_row(1), GroupCommit::Work(traitor), inserting_row(2)));
  for (const auto& result : results) EXPECT_EQ(result.error().code, base::Errc::kIo);
  EXPECT_EQ(rows(), 0);
  EXPECT_TRUE(group->run(Kind::kWrite, inserting_row(3)));
}

TEST_F(GroupFailures, A_store_that_is_full_fails_the_work_that_needs_the_space) {
  const auto group = store_.group();
  ASSERT_TRUE(group->run(Kind::kRead, [](Database& db) { return db.execute("PRAGMA max_page_count = 60"); }));
  const auto results = together(*group, works(inserting_row(1), inserting_row(2, kBig)));
  EXPECT_EQ(results[1].error().code, base::Errc::kIo);
  EXPECT_TRUE(results[1].error().retryable);
  // The small work is stored if, and only if, it was told so.
  EXPECT_EQ(rows(), results[0] ? 1 : 0);
  EXPECT_TRUE(group->run(Kind::kWrite, inserting_row(3)));
}

TEST_F(GroupFailures, A_lock_that_never_ends_is_busy_for_all_and_nothing_is_stored) {
  const auto other = store_.database();
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  SqliteConfig config;
  config.path = store_.path();
  config.busy_timeout_ms = 20;
  GroupCommit group(Database::open(config).value(), {}, store_.metrics());
  const auto refused = group.run(Kind::kWrite, inserting_row(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Errc::kBusy);
  EXPECT_TRUE(refused.error().retryable);
  ASSERT_TRUE(other->execute("COMMIT"));
  EXPECT_TRUE(group.run(Kind::kWrite, inserting_row(2)));
  EXPECT_EQ(rows(), 1);
}

TEST_F(GroupFailures, A_reader_that_holds_back_the_commit_makes_it_busy_and_nothing_is_stored) {
  const auto other = store_.database();
  if (journal_mode(sqlite3_libversion_number()) == "wal")
    GTEST_SKIP() << "readers do not hold back commits in WAL mode";
  ASSERT_TRUE(other->execute("BEGIN; SELECT count(*) FROM t"));
  SqliteConfig config;
  config.path = store_.path();
  config.busy_timeout_ms = 20;
  GroupCommit group(Database::open(config).value(), {}, store_.metrics());
  EXPECT_EQ(group.run(Kind::kWrite, inserting_row(1)).error().code, base::Errc::kBusy);
  ASSERT_TRUE(other->execute("COMMIT"));
  EXPECT_EQ(rows(), 0);
  EXPECT_TRUE(group.run(Kind::kWrite, inserting_row(2)));
  EXPECT_EQ(rows(), 1);
}

// A file system of 2 MB that goes away with the test.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& path)
      : path_(path), mounted_(mount("tmpfs", path.c_str(), "tmpfs", 0, "size=2m") == 0) {}
  ~SmallDisk() {
    if (mounted_) {
      EXPECT_EQ(umount2(path_.c_str(), MNT_DETACH), 0);
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_;
};

TEST(FullDisk, Fails_whole_groups_with_the_remedy_and_keeps_what_was_answered) {
  const test::TempFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.mounted()) GTEST_SKIP() << "a tmpfs may not be mounted here";
  base::Metrics metrics;
  auto database = test::open_database(folder.file("coupon.db"));
  ASSERT_TRUE(database->execute("CREATE TABLE t (value INTEGER UNIQUE, filler BLOB) STRICT"));
  GroupCommit group(std::move(database), {}, metrics);
  std::int64_t stored = 0;
  base::Result<> result;
  for (; result && stored < 1'000; stored += result ? 1 : 0) {
    result = group.run(Kind::kWrite, inserting_row(stored, 20'000));
  }
  ASSERT_FALSE(result) << "2 MB took " << stored << " rows of 20 kB";
  EXPECT_EQ(result.error().code, base::Errc::kIo);
  EXPECT_TRUE(result.error().retryable);
  const auto results = together(group, works(inserting_row(5'000, 400'000), inserting_row(5'001, 400'000)));
  EXPECT_FALSE(results[0]);
  EXPECT_FALSE(results[1]);
  auto check = test::open_database(folder.file("coupon.db"));
  auto count = check->prepare("SELECT count(*), (SELECT integrity_check FROM pragma_integrity_check) FROM t");
  ASSERT_TRUE(count->step().value());
  EXPECT_EQ(count->integer(0), stored);
  EXPECT_EQ(count->text(1), "ok");
}

}  // namespace
}  // namespace coupon::net::sql
