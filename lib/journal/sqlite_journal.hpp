#pragma once
// The journal as a table of the embedded store: one partition, numbered 0. Records are removed once every group has
// committed past them; a group counts from its first poll.

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "coupon/journal.hpp"
#include "net/sql/group_commit.hpp"

namespace coupon::journal {

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(net::sql::GroupCommit& store, const base::Clock& clock, base::Executor& executor);
  void append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) override;

 private:
  net::sql::GroupCommit& store_;
  const base::Clock& clock_;
  base::Executor& executor_;
};

/// Several readers of one group may run at once (also in several processes): they read the same records, and the
/// ledger absorbs the copies.
class SqliteJournalReader final : public JournalReader {
 public:
  SqliteJournalReader(net::sql::GroupCommit& store, std::string group);

  [[nodiscard]] base::Result<std::vector<ConsumedRecord>> poll(std::size_t limit, std::int64_t wait_ms) override;
  [[nodiscard]] base::Result<> commit(const Positions& next) override;
  [[nodiscard]] base::Result<> rewind() override;
  [[nodiscard]] base::Result<> hold(std::int32_t partition) override;
  [[nodiscard]] base::Result<Positions> end() override;
  [[nodiscard]] base::Result<Positions> committed() override;

 private:
  net::sql::GroupCommit& store_;
  std::string group_;
  std::int64_t position_ = -1;  // next offset to deliver; -1: ask the store
  bool held_ = false;
};

}  // namespace coupon::journal
