#pragma once
// The whole system under live traffic, with a proxy on every way between its programs and servers, and the checker of
// I1-I6 at the end of every scenario.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "support/tcp_proxy.hpp"

namespace coupon::test {

struct WorldSetup {
  std::int64_t quota = 100'000;  ///< by default more than any scenario asks for
  int services = 1;
  int workers = 1;
  std::string redis_options = {};  ///< more of redis-server's
  bool own_servers = false;        ///< Kafka and MariaDB are the scenario's own
  bool kafka_proxy = false;        ///< journal traffic of all programs goes over a proxy: one scenario at a time
  std::vector<std::string> service_arguments = {};
  std::vector<std::string> worker_arguments = {};
  std::string may_be_told = {};  ///< one more final answer, "STATUS CODE", that is no mistake here
  std::string grace = "300ms";   ///< until the relay may publish a grant that its author did not
};

/// One scenario: start, begin(), faults, conclude(). One thread.
class World {
 public:
  explicit World(WorldSetup setup = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// The ways of all couponsrv, and of all couponworker.
  struct Ways {
    explicit Ways(const Pipeline& pipeline) : redis(pipeline.redis_port()), mysql(pipeline.mysql_port()) {}
    TcpProxy redis;
    TcpProxy mysql;
  };
  Pipeline& pipeline() { return pipeline_; }
  Ways& service_ways() { return service_ways_; }
  Ways& worker_ways() { return worker_ways_; }
  /// Of all programs; there only with WorldSetup::kafka_proxy.
  TcpProxy& kafka() { return *kafka_; }
  Service& service(std::size_t index = 0) { return *services_.at(index); }
  Worker& worker(std::size_t index = 0) { return *workers_.at(index); }
  /// One more, with the scenario's arguments and these.
  Service& add_service(const std::vector<std::string>& more = {});
  Worker& add_worker();
  /// kill -9 and the end of it; who waits for an answer of this service hears nothing.
  void kill_service(std::size_t index = 0);
  void kill_worker(std::size_t index = 0);
  /// SIGTERM, and exit code 0.
  void stop_service(std::size_t index = 0);
  [[nodiscard]] std::size_t services() const { return services_.size(); }
  [[nodiscard]] std::size_t workers() const { return workers_.size(); }

  /// Members ask all services from now on; returns once 50 were issued.
  void begin();
  /// One more member asks, beside the traffic; what it hears does not count as heard.
  [[nodiscard]] RawResponse ask(const std::string& member);
  /// Does what breaks something, and remembers its name for the table of scenarios.
  void fault(const std::string& name, const std::function<void()>& act);
  /// Waits until so many more members were issued a coupon: the service lives, whatever happened.
  void expect_grants(int more = 50);
  [[nodiscard]] int issued() const { return crowd_ ? crowd_->issued() : 0; }
  /// Ends the traffic of now and starts it anew, at the services that are there now.
  void ask_the_others();

  /// Expects 50 more grants, or, where it sells out, waits until it is `sold_out`; ends the traffic, and judges I1-I6
  /// once nothing is on its way any more (within 30 s). `lost`: Redis lost what only it knew, so that a 202 may have
  /// come to nothing.
  struct End {
    bool lost = false;
    bool sold_out = false;
    bool revoked = false;  ///< an operator took grants back, some of which had been answered with 200
  };
  void conclude(End end = {false, false, false});
  /// What members were told who asked beside the crowd, or instead of it, in requests that a scenario counts itself.
  void hear(const Told& told) { told_.add(told); }
  /// What members were told, in numbers; after conclude().
  [[nodiscard]] std::string figures() const;

 private:
  [[nodiscard]] std::vector<std::string> through(const Ways& ways) const;
  void start_crowd();
  void forgive_revoked();
  void show_logs();

  WorldSetup setup_;
  Pipeline pipeline_;
  Ways service_ways_;
  Ways worker_ways_;
  std::optional<TcpProxy> kafka_;
  std::vector<Service*> services_;
  std::vector<Worker*> workers_;
  std::unique_ptr<PatientCrowd> crowd_;
  int crowds_ = 0;
  Told told_;
  std::vector<std::string> faults_;
  bool concluded_ = false;
};

}  // namespace coupon::test
