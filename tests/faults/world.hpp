#pragma once
// The whole system under live traffic, with a proxy on every way between its programs and servers, and the checker of
// I1-I6 at the end of every scenario.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/scenario.hpp"
#include "functional/pipeline.hpp"
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

class World final : public Scenario {
 public:
  explicit World(WorldSetup setup = {});
  ~World() override;

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
  /// Redis again, where it was; should its port be taken, the ways lead to where it is.
  void start_redis();
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

 private:
  [[nodiscard]] std::vector<std::string> through(const Ways& ways) const;
  [[nodiscard]] std::vector<std::uint16_t> ports() const override;
  void judge(const Told& told, bool lost) override;
  void forgive_revoked(Told& told) override;
  void show_logs() override;

  WorldSetup setup_;
  Pipeline pipeline_;
  Ways service_ways_;
  Ways worker_ways_;
  std::optional<TcpProxy> kafka_;
  std::vector<Service*> services_;
  std::vector<Worker*> workers_;
};

}  // namespace coupon::test
