#include "integration/sqlite_engines.hpp"

#include <fmt/format.h>
#include <mutex>
#include <vector>

#include "gate/sqlite_gate.hpp"
#include "journal/sqlite_journal.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "support/embedded_store.hpp"

namespace coupon::test {

namespace {

class SqliteEngines final : public Engines {
 public:
  std::unique_ptr<Gate> gate() override { return std::make_unique<gate::SqliteGate>(connect(), clock_, executor_); }
  std::unique_ptr<Journal> journal() override {
    return std::make_unique<journal::SqliteJournal>(connect(), clock_, executor_);
  }
  std::unique_ptr<JournalReader> reader(const std::string& group) override {
    return std::make_unique<journal::SqliteJournalReader>(connect(), group);
  }
  std::unique_ptr<Ledger> ledger() override { return std::make_unique<ledger::SqliteLedger>(connect(), clock_); }

  std::int64_t now_ms() const override { return clock_.wall_ms(); }
  bool move_clock(std::int64_t by_ms) override {
    clock_.move(by_ms);
    return true;
  }
  bool journals_with_the_grant() const override { return true; }
  bool trims() const override { return true; }
  void change_identity() override {
    store_.meddle("UPDATE store_meta SET value = lower(hex(randomblob(16))) WHERE key = 'identity'");
  }
  void use(const GrantId& grant) override {
    const auto database = store_.database();
    const auto row = database->prepare("UPDATE issues SET state = 'USED' WHERE grant_id = ?1 AND state = 'ISSUED'");
    row->bind_blob(1, grant.view());
    EXPECT_TRUE(row->run());
    EXPECT_EQ(database->changes(), 1);
  }
  void reject_rows_of(const MemberId& member) override {
    store_.meddle(
        fmt::format("CREATE TRIGGER reject BEFORE INSERT ON issues WHEN new.user_id = '{}'"
                    " BEGIN SELECT raise(ABORT, 'rejected'); END",
                    member.text()));
  }

 private:
  net::sql::GroupCommit& connect() {
    const std::scoped_lock lock(mutex_);
    return *connections_.emplace_back(store_.group());
  }

  EmbeddedStore store_;
  ManualClock clock_;
  base::InlineExecutor executor_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<net::sql::GroupCommit>> connections_;  // each lives as long as the engines
};

}  // namespace

std::unique_ptr<Engines> make_sqlite_engines() { return std::make_unique<SqliteEngines>(); }

}  // namespace coupon::test
