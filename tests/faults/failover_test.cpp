// A master, a replica that takes over, and a master that does not know it.

#include <gtest/gtest.h>

#include "faults/scenario.hpp"
#include "faults/world.hpp"
#include "functional/pipeline_tools.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

using Way = TcpProxy::Way;

// Follows a master over a proxy, so that it can be made to lag and be cut off.
class Replica {
 public:
  explicit Replica(std::uint16_t master)
      : link_(master),
        port_(
            stack_.up("redis", "--repl-diskless-sync-delay 0 --replicaof 127.0.0.1 " + std::to_string(link_.port()))) {
    EXPECT_TRUE(eventually([&] { return says("master_link_status:up"); }));
  }
  ~Replica() { stack_.kill("redis"); }
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  /// Hears nothing of the master any more, which does not notice at once.
  void lag() { link_.hold(Way::kReplies); }
  /// Neither hears of the other, nor that the other is gone: a master whose connection is reset would know at once.
  void isolate() {
    link_.refuse(true);
    link_.hold(Way::kRequests);
    link_.hold(Way::kReplies);
  }
  void promote() const { ask({"REPLICAOF", "NO", "ONE"}); }
  void restart() {
    stack_.kill("redis");
    EXPECT_EQ(stack_.up("redis"), port_);
  }
  std::string ask(std::vector<std::string> command) const {
    command.insert(command.begin(), {"redis-cli", "-p", std::to_string(port_), "-e", "--raw"});
    return output_of(std::move(command));
  }
  [[nodiscard]] bool says(const std::string& line) const {
    return ask({"INFO", "replication"}).find(line) != std::string::npos;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  TempFolder folder_;
  TcpProxy link_;
  Stack stack_{folder_.path()};
  std::uint16_t port_;
};

// What an operator's address does, or a sentinel: everybody who connects comes to the new master.
void lead_to(World& world, TcpProxy& way, std::uint16_t port) {
  way.lead_to(port);
  way.cut();
  world.pipeline().use_redis(port);
}

void fail_over(World& world, const Replica& replica) {
  replica.promote();
  lead_to(world, world.service_ways().redis, replica.port());
  lead_to(world, world.worker_ways().redis, replica.port());
}

bool serving(const Pipeline& pipeline) { return pipeline.stock()["gate"] == "serving"; }

// Two services on two gates: the second is led to the new master, the first stays with the old one, which is cut off.
struct SplitBrain {
  SplitBrain(const std::string& redis_options, const std::string& isolation, const std::string& deadline)
      : pipeline({.redis_options = redis_options}), replica(pipeline.redis_port()), worker_way(pipeline.redis_port()) {
    pipeline.create(kPlaces);
    old_service = &pipeline.serve(with({"--deadline", deadline, "--gate-isolation", isolation}, pipeline.redis_port()));
    pipeline.work(with({"--gate-isolation", isolation}, worker_way.port()));
    EXPECT_TRUE(eventually([&] { return serving(pipeline); }));
  }
  static std::vector<std::string> with(std::vector<std::string> arguments, std::uint16_t redis) {
    arguments.insert(arguments.end(), {"--gate", "redis://" + endpoint(redis)});
    return arguments;
  }
  // The old master and its service go on by themselves.
  void split() {
    replica.isolate();
    replica.promote();
    worker_way.lead_to(replica.port());
    worker_way.cut();
    pipeline.use_redis(replica.port());
  }
  static constexpr std::int64_t kPlaces = 100'000;
  Pipeline pipeline;
  Replica replica;
  TcpProxy worker_way;
  Service* old_service = nullptr;
};

}  // namespace

TEST(Failover, to_a_replica_that_lags_while_two_services_run) {
  World world({.services = 2});
  Replica replica(world.pipeline().redis_port());
  world.begin();
  world.fault("the replica lags", [&] { replica.lag(); });
  world.expect_grants(200);
  world.fault("SIGKILL the master, the replica takes over", [&] {
    world.pipeline().servers().kill("redis");
    replica.isolate();  // what it has not heard of is lost
    fail_over(world, replica);
  });
  world.conclude({.lost = true});
}

TEST(Failover, there_and_back_again) {
  World world({.services = 2});
  Replica replica(world.pipeline().redis_port());
  world.begin();
  world.fault("SIGKILL the master, the replica takes over", [&] {
    world.pipeline().servers().kill("redis");
    replica.isolate();
    fail_over(world, replica);
  });
  world.expect_grants(100);
  world.fault("the former master, as it was, serves again", [&] {
    world.start_redis();
    lead_to(world, world.service_ways().redis, world.pipeline().redis_port());
    lead_to(world, world.worker_ways().redis, world.pipeline().redis_port());
  });
  world.conclude({.lost = true});
}

TEST(Failover, to_a_replica_that_is_restarted_at_once) {
  World world({.services = 2});
  Replica replica(world.pipeline().redis_port());
  world.begin();
  world.fault("SIGKILL the master, the replica takes over and is killed too", [&] {
    world.pipeline().servers().kill("redis");
    replica.isolate();
    fail_over(world, replica);
    replica.restart();
  });
  world.conclude({.lost = true});
}

// It may serve for two seconds more than its max-lag, and a rebuild waits for that.
TEST(Failover, away_from_a_master_that_is_cut_off_and_must_have_a_replica) {
  SplitBrain split("--min-replicas-to-write 1 --min-replicas-max-lag 1", "3s", "1s");
  PatientCrowd old_crowd({.ports = {split.old_service->port()}, .prefix = "old"});
  EXPECT_TRUE(eventually([&] { return old_crowd.issued() >= 50; }));
  split.split();
  EXPECT_TRUE(eventually([&] { return split.old_service->issue(kCode, "witness").status == 503; }))
      << split.old_service->issue(kCode, "witness").body;
  old_crowd.stop();
  auto told = old_crowd.join();
  told.unsure.insert("witness");  // asked before the old master stopped, too
  EXPECT_TRUE(eventually([&] { return serving(split.pipeline); }));
  auto& new_service = split.pipeline.serve();
  PatientCrowd new_crowd({.ports = {new_service.port()}, .prefix = "new"});
  EXPECT_TRUE(eventually([&] { return new_crowd.issued() >= 50; }));
  new_crowd.stop();
  told.add(new_crowd.join());
  expect_truth(split.pipeline, SplitBrain::kPlaces, told, /*lost=*/true);
  leave_row({"the old master cut off, the replica takes over"}, told);
}

// The limit that docs/guarantees.md states: nobody stops this master, so its service goes on telling 200. The ledger
// takes none of it.
TEST(Failover, away_from_a_master_that_need_not_have_a_replica_breaks_what_it_tells) {
  SplitBrain split("", "100ms", "10s");
  split.split();
  EXPECT_TRUE(eventually([&] { return serving(split.pipeline); }));
  const auto answer = split.old_service->issue(kCode, "victim");
  EXPECT_EQ(answer.status, 200) << "the limit is gone: say so in docs/guarantees.md";
  auto& new_service = split.pipeline.serve();
  PatientCrowd crowd({.ports = {new_service.port()}, .prefix = "new", .threads = 1, .asks = 20});
  const auto told = crowd.join();
  expect_truth(split.pipeline, SplitBrain::kPlaces, told);
  EXPECT_FALSE(live_rows(split.pipeline).contains("victim"));
  leave_row({"the old master cut off, without min-replicas-to-write"}, told);
}

}  // namespace coupon::test
