#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "net/sql/mysql.hpp"

namespace coupon::net::sql {

using base::Errc;
using base::Result;

MysqlPool::MysqlPool(MysqlConfig config) : config_(std::move(config)) {}

MysqlPool::~MysqlPool() = default;

MysqlPool::Lease::~Lease() {
  if (session_) pool_->give_back(std::move(session_));
}

Result<MysqlPool::Lease> MysqlPool::acquire() {
  std::unique_lock lock(mutex_);
  const auto free = [this] { return !idle_.empty() || open_ < config_.pool_max; };
  if (!freed_.wait_for(lock, std::chrono::milliseconds(config_.pool_wait_ms), free)) {
    return base::fail_retryable(Errc::kBusy, fmt::format("all {} connections to MySQL are in use", config_.pool_max));
  }
  if (!idle_.empty()) {
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return Lease(*this, std::move(session));
  }
  ++open_;
  lock.unlock();
  auto session = MysqlSession::open(config_);
  if (session) return Lease(*this, std::move(*session));
  lock.lock();
  --open_;
  freed_.notify_one();
  return std::unexpected(session.error());
}

// Nothing was done yet when a transaction cannot start because the connection is gone: another one will do. A server
// that was restarted has ended every idle connection, so each of them may have to be tried.
Result<MysqlPool::Lease> MysqlPool::begun(MysqlIsolation isolation) {
  for (std::size_t tries = 0;; ++tries) {
    auto lease = acquire();
    if (!lease) return lease;
    const auto started = (*lease)->begin(isolation);
    if (started) return lease;
    if (!(*lease)->broken() || tries == config_.pool_max) return std::unexpected(started.error());
  }
}

void MysqlPool::give_back(std::unique_ptr<MysqlSession> session) {
  const bool good = !session->broken() && !session->in_transaction();
  // Closing may wait for the network: outside of the lock.
  if (!good) session.reset();
  const std::scoped_lock lock(mutex_);
  if (good) {
    idle_.push_back(std::move(session));
  } else {
    --open_;
  }
  freed_.notify_one();
}

}  // namespace coupon::net::sql
