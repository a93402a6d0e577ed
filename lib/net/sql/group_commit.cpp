#include "net/sql/group_commit.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace coupon::net::sql {

using base::Errc;
using base::Result;

GroupCommit::GroupCommit(std::unique_ptr<Database> database, GroupCommitConfig config, base::Metrics& metrics)
    : database_(std::move(database)),
      config_(config),
      commits_(metrics.counter("store_commits_total", "Transactions committed to the embedded store")),
      works_(metrics.counter("store_works_total", "Pieces of work in those transactions")),
      failures_(metrics.counter("store_commit_failures_total", "Transactions that could not be committed")),
      commit_seconds_(
          metrics.distribution("store_transaction_seconds", "Begin to commit of one transaction", 0.0001, 16)) {
  thread_ = std::thread([this] { loop(); });
}

GroupCommit::~GroupCommit() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void GroupCommit::submit(Kind kind, Work work, Finished finished) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() < config_.queue_max) {
      queue_.push_back({kind, std::move(work), std::move(finished), {}});
      if (kind != Kind::kPatient) ++impatient_;
      finished = nullptr;
    }
  }
  if (finished) {
    finished(base::fail_retryable(Errc::kBusy, "the store's queue is full"));
    return;
  }
  wake_.notify_one();
}

Result<> GroupCommit::run(Kind kind, Work work) {
  std::promise<Result<>> promise;
  auto future = promise.get_future();
  submit(kind, std::move(work), [&promise](Result<> result) { promise.set_value(std::move(result)); });
  return future.get();
}

bool GroupCommit::wait_for_company(std::unique_lock<std::mutex>& lock) {
  wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
  if (queue_.empty()) return false;
  const auto until = queue_.front().since + std::chrono::milliseconds(config_.patience_ms);
  wake_.wait_until(lock, until, [this] { return ending_ || impatient_ > 0 || queue_.size() >= config_.group_max; });
  return true;
}

void GroupCommit::loop() {
  for (;;) {
    std::vector<Item> group;
    {
      std::unique_lock lock(mutex_);
      if (!wait_for_company(lock)) return;
      const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), config_.group_max));
      std::move(queue_.begin(), queue_.begin() + count, std::back_inserter(group));
      queue_.erase(queue_.begin(), queue_.begin() + count);
      impatient_ -= static_cast<std::size_t>(
          std::ranges::count_if(group, [](const Item& item) { return item.kind != Kind::kPatient; }));
    }
    run_group(group);
    for (auto& item : group) item.finished(std::move(item.result));
  }
}

void GroupCommit::run_group(std::vector<Item>& group) {
  const auto started = base::SystemClock{}.mono_ns();
  auto outcome = begin(group);
  if (outcome) outcome = run_items(group);
  if (!outcome) {
    failures_.add();
    abandon();
    base::log::error("store: {}", outcome.error().message);
    for (auto& item : group) {
      if (item.result) item.result = std::unexpected(outcome.error());
    }
    return;
  }
  commits_.add();
  works_.add(static_cast<double>(group.size()));
  commit_seconds_.observe(static_cast<double>(base::SystemClock{}.mono_ns() - started) / 1e9);
}

Result<> GroupCommit::begin(const std::vector<Item>& group) {
  const bool writes = std::ranges::any_of(group, [](const Item& item) { return item.kind != Kind::kRead; });
  return database_->cached(writes ? "BEGIN IMMEDIATE" : "BEGIN")->run();
}

Result<> GroupCommit::run_items(std::vector<Item>& group) {
  for (auto& item : group) {
    run_item(item);
    // A full disk or an I/O error makes SQLite roll back everything: then nobody's work is stored.
    if (!database_->in_transaction()) {
      return item.result ? base::fail_retryable(Errc::kIo, "the transaction was rolled back") : item.result;
    }
  }
  return database_->cached("COMMIT")->run();
}

void GroupCommit::run_item(Item& item) {
  if (item.kind == Kind::kRead) {
    item.result = item.work(*database_);
    return;
  }
  if (auto mark = database_->cached("SAVEPOINT work")->run(); !mark) {
    item.result = std::move(mark);
    return;
  }
  item.result = item.work(*database_);
  if (!database_->in_transaction()) return;
  Result<> undone;
  if (!item.result) undone = database_->cached("ROLLBACK TO work")->run();
  if (undone) undone = database_->cached("RELEASE work")->run();
  if (!undone) item.result = undone;
}

// Whatever failed, the next group finds no transaction.
void GroupCommit::abandon() {
  if (!database_->in_transaction()) return;
  if (const auto undone = database_->cached("ROLLBACK")->run(); !undone) {
    base::log::error("store: rollback failed: {}", undone.error().message);
  }
}

}  // namespace coupon::net::sql
