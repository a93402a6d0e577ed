#include <algorithm>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <mysql_connection.h>
#include <mysql_driver.h>
#include <utility>

#include "net/sql/mysql.hpp"
#include "net/sql/mysql_errors.hpp"

namespace coupon::net::sql {

using base::Errc;
using base::Result;

namespace {

constexpr std::int64_t kMsPerSecond = 1'000;
constexpr int kSnapshotSilenceS = 28'800;  // what MySQL allows by itself

int seconds(std::int64_t ms) {
  return static_cast<int>(std::max<std::int64_t>(1, (ms + kMsPerSecond - 1) / kMsPerSecond));
}

::sql::Driver& driver() {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  return *::sql::mysql::get_driver_instance();
}

// The client library keeps something for every thread that uses it.
void attach_thread() {
  struct Attached {
    Attached() { driver().threadInit(); }
    ~Attached() { driver().threadEnd(); }
  };
  static const thread_local Attached kAttached;
}

::sql::SQLString text_of(const std::string& text) { return {text.data(), text.size()}; }

std::string host_url(const std::string& host) {
  if (host.starts_with('/')) return "unix://" + host;
  // An IPv6 address stands in brackets.
  return host.find(':') == std::string::npos ? "tcp://" + host : "tcp://[" + host + "]";
}

// The client library accepts misspelt options in silence: each of these was seen to work.
::sql::ConnectOptionsMap options_of(const MysqlConfig& config) {
  ::sql::ConnectOptionsMap options;
  options["hostName"] = text_of(host_url(config.host));
  options["port"] = static_cast<int>(config.port);
  options["userName"] = text_of(config.user);
  options["password"] = text_of(config.password);
  options["schema"] = text_of(config.database);
  options["OPT_CHARSET_NAME"] = ::sql::SQLString("utf8mb4");
  options["OPT_CONNECT_TIMEOUT"] = seconds(config.connect_timeout_ms);
  options["OPT_READ_TIMEOUT"] = seconds(config.read_timeout_ms);
  options["OPT_WRITE_TIMEOUT"] = seconds(config.write_timeout_ms);
  if (config.tls) {
    // Of the library's options for TLS this alone refuses to go on in plain text.
    options["sslVerify"] = true;
    if (!config.tls_ca.empty()) options["sslCA"] = text_of(config.tls_ca);
  }
  return options;
}

// The statement copies what it is given.
void bind(::sql::PreparedStatement& statement, unsigned at, const SqlValue& value) {
  const auto set_bytes = [&](std::string_view bytes) {
    statement.setString(at, ::sql::SQLString(bytes.data(), bytes.size()));
  };
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    statement.setInt64(at, *number);
  } else if (const auto* bytes = std::get_if<SqlBytes>(&value)) {
    set_bytes(bytes->bytes);
  } else if (const auto* text = std::get_if<SqlText>(&value)) {
    set_bytes(text->text);
  } else {
    statement.setNull(at, 0);
  }
}

base::Error error_of(const std::exception& thrown, int& number) {
  if (const auto* failure = dynamic_cast<const ::sql::SQLException*>(&thrown)) {
    number = failure->getErrorCode();
    return mysql_error(number, failure->getSQLState(), failure->what());
  }
  number = 0;
  return {Errc::kInternal, fmt::format("MySQL client: {}", thrown.what()), false};
}

}  // namespace

std::int64_t MysqlRow::integer(std::uint32_t column) const { return rows_.getInt64(column + 1); }
std::string MysqlRow::text(std::uint32_t column) const { return rows_.getString(column + 1).asStdString(); }
bool MysqlRow::null(std::uint32_t column) const { return rows_.isNull(column + 1); }

MysqlSession::MysqlSession(std::unique_ptr<::sql::Connection> connection) : connection_(std::move(connection)) {}

MysqlSession::~MysqlSession() {
  attach_thread();
  prepared_.reset();
  connection_.reset();
}

template <class Call>
Result<> MysqlSession::guarded(Call call) {
  if (broken_) return base::fail_retryable(Errc::kUnavailable, "the connection is broken");
  deadlocked_ = false;
  attach_thread();
  try {
    return call();
  } catch (const std::exception& thrown) {
    int number = 0;
    auto error = error_of(thrown, number);
    broken_ = breaks_connection(number);
    deadlocked_ = is_deadlock(number);
    return std::unexpected(std::move(error));
  }
}

Result<std::unique_ptr<MysqlSession>> MysqlSession::open(const MysqlConfig& config) {
  attach_thread();
  const auto where = fmt::format("MySQL at {}:{}", config.host, config.port);
  std::unique_ptr<MysqlSession> session;
  try {
    auto options = options_of(config);
    session.reset(new MysqlSession(std::unique_ptr<::sql::Connection>(driver().connect(options))));
  } catch (const std::exception& thrown) {
    int number = 0;
    return std::unexpected(error_of(thrown, number).in(where));
  }
  if (const auto done = session->set_up(config); !done) return std::unexpected(done.error().in(where));
  return session;
}

Result<> MysqlSession::set_up(const MysqlConfig& config) {
  const auto run = [this](const std::string& sql) -> Result<> {
    const auto done = execute(sql);
    if (!done) return std::unexpected(done.error());
    return {};
  };
  COUPON_TRY(run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  // A lock that does not come must end the wait before the read times out: then the server says so itself.
  COUPON_TRY(
      run(fmt::format("SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',"
                      " autocommit = 1, innodb_lock_wait_timeout = {}",
                      seconds(config.read_timeout_ms / 2))));
  silence_s_ = seconds(config.read_timeout_ms);
  COUPON_TRY(allow_silence(silence_s_));
  if (!config.tls) return {};
  std::string cipher;
  COUPON_TRY(query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", [&cipher](const MysqlRow& row) -> Result<> {
    cipher = row.text(1);
    return {};
  }));
  if (cipher.empty())
    return base::fail(Errc::kUnavailable, "the connection is not encrypted: turn on TLS on the server");
  return {};
}

Result<std::int64_t> MysqlSession::execute(const std::string& sql) {
  std::int64_t changed = 0;
  const auto done = guarded([&]() -> Result<> {
    const std::unique_ptr<::sql::Statement> statement(connection_->createStatement());
    changed = statement->executeUpdate(text_of(sql));
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return changed;
}

Result<std::int64_t> MysqlSession::execute_prepared(const std::string& sql, std::span<const SqlValue> values) {
  std::int64_t changed = 0;
  const auto done = guarded([&]() -> Result<> {
    if (!prepared_ || prepared_text_ != sql) {
      prepared_.reset(connection_->prepareStatement(text_of(sql)));
      prepared_text_ = sql;
    }
    unsigned at = 0;
    for (const auto& value : values) bind(*prepared_, ++at, value);
    changed = prepared_->executeUpdate();
    return {};
  });
  if (done) return changed;
  if (!broken_) prepared_.reset();  // the server may have forgotten it
  return std::unexpected(done.error());
}

Result<> MysqlSession::query(const std::string& sql, const Each& each) {
  return guarded([&]() -> Result<> {
    const std::unique_ptr<::sql::Statement> statement(connection_->createStatement());
    const std::unique_ptr<::sql::ResultSet> rows(statement->executeQuery(text_of(sql)));
    const MysqlRow row(*rows);
    while (rows->next()) COUPON_TRY(each(row));
    return {};
  });
}

// Who falls silent inside a transaction, frozen or cut off, must not keep its locks. MariaDB has a timeout for just
// that; MySQL, which reads the second comment alone, has one for any silence.
Result<> MysqlSession::allow_silence(int seconds) {
  const auto set = execute(
      fmt::format("SET SESSION /*M! idle_transaction_timeout = {} */ /*!80000 wait_timeout = {} */", seconds, seconds));
  if (!set) return std::unexpected(set.error());
  return {};
}

Result<> MysqlSession::begin(MysqlIsolation isolation) {
  snapshot_ = isolation == MysqlIsolation::kSnapshot;
  auto started = start();
  in_transaction_ = started.has_value();
  if (!started && snapshot_) broken_ = true;  // half set up for a snapshot, it is no good for anything else
  return started;
}

Result<> MysqlSession::start() {
  if (snapshot_) {
    // It holds no locks, and reading a million rows takes as long as it takes.
    COUPON_TRY(allow_silence(kSnapshotSilenceS));
    // For the next transaction alone; under READ COMMITTED a consistent snapshot is none.
    const auto set = execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    if (!set) return std::unexpected(set.error());
  }
  const auto done = execute(snapshot_ ? "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" : "START TRANSACTION");
  if (!done) return std::unexpected(done.error());
  return {};
}

// The connector's own call for this hides its failure.
Result<> MysqlSession::end() {
  const auto done = execute("COMMIT");
  left();
  if (done) return {};
  broken_ = true;
  return std::unexpected(done.error());
}

void MysqlSession::left() {
  in_transaction_ = false;
  if (std::exchange(snapshot_, false) && !broken_ && !allow_silence(silence_s_)) broken_ = true;
}

void MysqlSession::undo() {
  // A deadlock is the transaction's, not the rollback's.
  const bool deadlocked = deadlocked_;
  if (!execute("ROLLBACK")) broken_ = true;
  left();
  deadlocked_ = deadlocked;
}

}  // namespace coupon::net::sql
