#pragma once
// MySQL 8 and 9, and MariaDB, through mysql-connector-c++ with errors as values. Every call blocks up to the timeouts
// of its MysqlConfig: never on an io loop.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/sql/mysql_text.hpp"

namespace sql {
class Connection;
class PreparedStatement;
class ResultSet;
}  // namespace sql

namespace coupon::net::sql {

struct MysqlConfig {
  std::string host = "127.0.0.1";  ///< a name, an address, or the path of a socket
  std::uint16_t port = 3306;
  std::string user = "root";
  std::string password;  ///< never part of a message
  std::string database;
  bool tls = false;    ///< true: refuse to talk without TLS and a certificate that is valid for the host
  std::string tls_ca;  ///< file of the CA's certificate; empty: the system's
  std::int64_t connect_timeout_ms = 3'000;  ///< timeouts count whole seconds, rounded up
  /// Also bounds a wait for a lock, by half of it, and how long a session may be silent inside a transaction, other
  /// than a snapshot, before the server undoes it.
  std::int64_t read_timeout_ms = 10'000;
  std::int64_t write_timeout_ms = 10'000;
  std::int64_t pool_wait_ms = 2'000;  ///< longest wait for a free connection
  std::size_t pool_max = 8;           ///< connections open at once
};

/// One row in hand. Columns count from 0. Valid inside the callback that gets it.
class MysqlRow {
 public:
  explicit MysqlRow(const ::sql::ResultSet& rows) : rows_(rows) {}
  [[nodiscard]] std::int64_t integer(std::uint32_t column) const;  ///< 0 for NULL
  [[nodiscard]] std::string text(std::uint32_t column) const;      ///< also of binary columns; empty for NULL
  [[nodiscard]] bool null(std::uint32_t column) const;

 private:
  const ::sql::ResultSet& rows_;
};

/// What a transaction sees of others: what is committed when each statement starts, or one snapshot, to read only.
enum class MysqlIsolation { kCommitted, kSnapshot };

/// One connection: READ COMMITTED, strict, UTC, autocommit outside of begin and end. One thread at a time, any thread.
class MysqlSession {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<MysqlSession>> open(const MysqlConfig& config);
  ~MysqlSession();
  MysqlSession(const MysqlSession&) = delete;
  MysqlSession& operator=(const MysqlSession&) = delete;

  /// A statement without rows. Answers how many rows it changed: one that was set to the values it has does not count.
  [[nodiscard]] base::Result<std::int64_t> execute(const std::string& sql);
  /// The same with each '?' replaced by the next value. The session keeps it prepared until it gets another one: for a
  /// long statement that comes again and again, and whose text takes the server long to read.
  [[nodiscard]] base::Result<std::int64_t> execute_prepared(const std::string& sql, std::span<const SqlValue> values);
  /// A statement with rows; an Error of `each` ends it.
  using Each = std::function<base::Result<>(const MysqlRow&)>;
  [[nodiscard]] base::Result<> query(const std::string& sql, const Each& each);

  [[nodiscard]] base::Result<> begin(MysqlIsolation isolation = MysqlIsolation::kCommitted);
  /// COMMIT. After an Error it is not known whether it happened, and the session is broken.
  [[nodiscard]] base::Result<> end();
  /// ROLLBACK; what cannot be undone breaks the session, and so the server undoes it.
  void undo();

  [[nodiscard]] bool broken() const { return broken_; }  ///< to be closed, not used again
  [[nodiscard]] bool in_transaction() const { return in_transaction_; }
  /// The last Error was a deadlock, which undid the transaction.
  [[nodiscard]] bool deadlocked() const { return deadlocked_; }

 private:
  explicit MysqlSession(std::unique_ptr<::sql::Connection> connection);
  /// Runs `call`, and turns what the client library throws into an Error.
  template <class Call>
  [[nodiscard]] base::Result<> guarded(Call call);
  [[nodiscard]] base::Result<> set_up(const MysqlConfig& config);
  [[nodiscard]] base::Result<> allow_silence(int seconds);
  [[nodiscard]] base::Result<> start();  // a transaction
  void left();                           // it, either way

  std::unique_ptr<::sql::Connection> connection_;
  std::unique_ptr<::sql::PreparedStatement> prepared_;
  std::string prepared_text_;
  bool broken_ = false;
  bool in_transaction_ = false;
  bool deadlocked_ = false;
  bool snapshot_ = false;
  int silence_s_ = 0;
};

/// Connections for any number of threads, at most pool_max at once. Thread-safe. Opens none before the first call.
class MysqlPool {
 public:
  explicit MysqlPool(MysqlConfig config);
  ~MysqlPool();
  MysqlPool(const MysqlPool&) = delete;
  MysqlPool& operator=(const MysqlPool&) = delete;

  /// Gives a session back when it goes out of scope; a broken one, or one inside a transaction, is closed instead.
  class Lease {
   public:
    Lease(MysqlPool& pool, std::unique_ptr<MysqlSession> session) : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    MysqlSession& operator*() const { return *session_; }
    MysqlSession* operator->() const { return session_.get(); }

   private:
    MysqlPool* pool_;
    std::unique_ptr<MysqlSession> session_;
  };

  /// A free connection, or a new one; waits up to pool_wait_ms for one to come free: kBusy, retryable.
  [[nodiscard]] base::Result<Lease> acquire();

  /// Runs `body(session) -> Result<T>` in one transaction and commits. A deadlock starts it again, a few times. After a
  /// retryable Error the outcome may be unknown: repeat the whole call.
  template <class T, class Body>
  [[nodiscard]] base::Result<T> transact(Body body, MysqlIsolation isolation = MysqlIsolation::kCommitted);
  /// Runs `body(session) -> Result<T>`, which only reads, without a transaction; again when the connection was lost.
  template <class T, class Body>
  [[nodiscard]] base::Result<T> read(Body body);

 private:
  static constexpr int kDeadlockTries = 4;

  [[nodiscard]] base::Result<Lease> begun(MysqlIsolation isolation);
  void give_back(std::unique_ptr<MysqlSession> session);

  MysqlConfig config_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<MysqlSession>> idle_;
  std::size_t open_ = 0;  // idle, leased and being opened
};

template <class T, class Body>
base::Result<T> MysqlPool::transact(Body body, MysqlIsolation isolation) {
  for (int tries = 1;; ++tries) {
    auto lease = begun(isolation);
    if (!lease) return std::unexpected(lease.error());
    auto& session = **lease;
    base::Result<T> value = body(session);
    if (value) {
      const auto done = session.end();
      if (done) return value;
      value = std::unexpected(done.error());
    } else {
      session.undo();
    }
    if (!session.deadlocked() || tries == kDeadlockTries) return value;
  }
}

template <class T, class Body>
base::Result<T> MysqlPool::read(Body body) {
  for (std::size_t tries = 0;; ++tries) {
    auto lease = acquire();
    if (!lease) return std::unexpected(lease.error());
    base::Result<T> value = body(**lease);
    if (value || !(*lease)->broken() || tries == config_.pool_max) return value;
  }
}

}  // namespace coupon::net::sql
