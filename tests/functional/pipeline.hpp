#pragma once
// The real programs on real servers: a Redis of the test's own, and a database and a topic of its own on MariaDB and
// Kafka. What the programs did is looked at with redis-cli, mariadb and kcat.

#include <cstdint>
#include <list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "functional/programs.hpp"
#include "functional/worker.hpp"
#include "support/stack.hpp"
#include "support/temp_folder.hpp"

namespace coupon::test {

struct PipelineSetup {
  std::string redis_options;  ///< more of redis-server's
  bool own_servers = false;   ///< Kafka and MariaDB are the test's own too, so that it may end them
  bool prepared = true;       ///< with schema and topics
};

/// A record as it is in the topic, or is to be put there.
struct TopicRecord {
  int partition = 0;
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

/// The servers and programs of one test. One thread at a time, unless said otherwise. Failures to set up throw; at the
/// end every program that still runs must stop with exit code 0 when it is asked to.
class Pipeline {
 public:
  explicit Pipeline(PipelineSetup setup = {});
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Makes kCode and seeds it.
  void create(std::int64_t quota);
  /// Another couponsrv or couponworker that has started, and lives until stop() or the end. `grace`: until the relay
  /// may publish a grant that its author did not.
  Service& serve(const std::vector<std::string>& arguments = {}, const std::string& grace = "300ms");
  Worker& work(const std::vector<std::string>& arguments = {});
  /// SIGTERM to all programs, and exit code 0 from each. Those that were killed must be told to end_of().
  void stop();
  /// A program that ended in the test's own way: its exit code.
  int end_of(Service& service);
  int end_of(Worker& worker);

  /// What ledger, workers and couponctl count as read from now on, for programs that are started later.
  void use_group(const std::string& group) { group_ = group; }
  [[nodiscard]] std::vector<std::string> flags() const;
  /// To the end; thread-safe.
  [[nodiscard]] Finished ctl(std::vector<std::string> arguments) const;
  /// The same with exit code 0 and -o json, parsed.
  [[nodiscard]] nlohmann::json ctl_json(std::vector<std::string> arguments) const;
  [[nodiscard]] nlohmann::json stock() const { return ctl_json({"stock", "show", kCode}); }
  /// couponctl topics lag, once the broker has the time to answer it.
  [[nodiscard]] nlohmann::json lags() const;
  /// Records that the ledger's group has not committed.
  [[nodiscard]] std::int64_t lag() const;

  /// The servers that may be killed and started.
  [[nodiscard]] const Stack& servers() const { return stack_; }
  /// Starts this test's Redis again, where it was.
  void start_redis() { redis_port_ = stack_.up("redis", setup_.redis_options); }
  /// Another Redis is the gate from now on, for couponctl, redis() and programs that are started later.
  void use_redis(std::uint16_t port) { redis_port_ = port; }
  [[nodiscard]] const std::string& topic() const { return topic_; }
  [[nodiscard]] const std::string& database() const { return database_; }
  [[nodiscard]] std::uint16_t redis_port() const { return redis_port_; }
  [[nodiscard]] std::uint16_t kafka_port() const { return kafka_port_; }
  [[nodiscard]] std::uint16_t mysql_port() const { return mysql_port_; }

  /// What redis-cli, mariadb and kcat print. The test fails when they do.
  std::string redis(std::vector<std::string> command) const;
  std::string sql(const std::string& statement) const;
  [[nodiscard]] std::int64_t number(const std::string& query) const;
  std::string kcat(std::vector<std::string> arguments) const;
  /// The topic beside the journal's with this at the end of its name.
  void remove_topic(const std::string& suffix) const;
  /// Everything in the topic, by partition in the order of offsets; and one record more, acknowledged.
  [[nodiscard]] std::vector<TopicRecord> records() const;
  void produce(const TopicRecord& record) const;

 private:
  [[nodiscard]] const Stack& home() const { return setup_.own_servers ? stack_ : shared_stack(); }

  PipelineSetup setup_;
  TempFolder folder_;
  Stack stack_{folder_.path()};
  std::uint16_t redis_port_ = 0;
  std::uint16_t kafka_port_ = 0;
  std::uint16_t mysql_port_ = 0;
  std::string database_ = unique_word();
  std::string topic_ = unique_word();
  std::string group_ = topic_;
  std::vector<std::string> topics_;  // with those that couponctl made beside it
  std::list<Service> services_;
  std::list<Worker> workers_;
  int port_files_ = 0;
};

}  // namespace coupon::test
