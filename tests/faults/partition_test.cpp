// Redis on a network of its own, between which and everybody else packets are lost: nothing is refused, nothing is
// reset, and nobody is told.

#include <cerrno>
#include <gtest/gtest.h>

#include "faults/world.hpp"
#include "functional/pipeline_tools.hpp"

namespace coupon::test {

namespace {

constexpr const char* kOurs = "10.213.77.1/30";
constexpr const char* kTheirs = "10.213.77.2";
constexpr const char* kNetwork = "10.213.77.0/30";
constexpr std::uint16_t kPort = 6379;

// A network namespace with a pair of interfaces to it.
class Network {
 public:
  Network() {
    made_ = ip({"netns", "add", name_}) &&
            ip({"link", "add", ours_, "type", "veth", "peer", "name", theirs_, "netns", name_}) &&
            ip({"addr", "add", kOurs, "dev", ours_}) && ip({"link", "set", ours_, "up"}) &&
            inside({"addr", "add", std::string(kTheirs) + "/30", "dev", theirs_}) &&
            inside({"link", "set", theirs_, "up"}) && inside({"link", "set", "lo", "up"});
  }
  ~Network() {
    if (!made_) return;
    EXPECT_TRUE(ip({"link", "del", ours_}) && ip({"netns", "del", name_})) << name_ << " stays";
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  /// False where this process may not make one, or there is no ip command.
  [[nodiscard]] bool made() const { return made_; }
  /// The command that runs another one inside.
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& command) const {
    std::vector<std::string> all{"ip", "netns", "exec", name_};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }
  /// Packets arrive, and no answer comes back.
  void lose_answers() const { EXPECT_TRUE(inside({"route", "del", kNetwork})); }
  void let_answers_through() const { EXPECT_TRUE(inside({"route", "add", kNetwork, "dev", theirs_})); }
  void lose_all() const { EXPECT_TRUE(inside({"link", "set", theirs_, "down"})); }
  void let_all_through() const { EXPECT_TRUE(inside({"link", "set", theirs_, "up"})); }

 private:
  static bool ip(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ip");
    return run(std::move(arguments)).code == 0;
  }
  [[nodiscard]] bool inside(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-n", name_});
    return ip(std::move(arguments));
  }
  const std::string name_ = "coupon-faults";
  const std::string ours_ = "coupon-ours";
  const std::string theirs_ = "coupon-theirs";
  bool made_ = false;
};

// The gate on the other side. The test itself looks at it over loopback, through a proxy, while packets arrive.
class Partition : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!network_.made()) GTEST_SKIP() << "needs the right to make network namespaces (root), and iproute2";
    redis_.emplace(network_.command({"bash", "-c", R"(exec -a redis-server redis-check-rdb "$@")", "redis-server",
                                     "--bind", kTheirs, "127.0.0.1", "--port", std::to_string(kPort),
                                     "--protected-mode", "no", "--save", "", "--dir", folder_.path()}));
    const std::string gate = std::string("redis://") + kTheirs + ":" + std::to_string(kPort);
    world_.emplace(WorldSetup{.services = 0,
                              .workers = 0,
                              .service_arguments = {"--gate", gate, "--gate-timeout", "300ms", "--deadline", "500ms"},
                              .worker_arguments = {"--gate", gate, "--gate-timeout", "300ms"}});
    look_.emplace(world_->pipeline().redis_port());
    look_->lead_to(kPort, kTheirs);
    world_->pipeline().use_redis(look_->port());
    ASSERT_TRUE(eventually([&] { return world_->pipeline().redis({"PING"}) == "PONG"; }));
    world_->add_worker();
    world_->add_service();
    ASSERT_TRUE(eventually([&] { return world_->pipeline().stock()["gate"] == "serving"; }));
    world_->begin();
  }
  void expect_nobody_is_served() {
    EXPECT_TRUE(eventually([&] { return world_->ask("m1-witness").status == 503; }));
    EXPECT_TRUE(eventually([&] { return world_->service().get("/readyz").status == 503; }));
  }

  Network network_;
  TempFolder folder_;
  std::optional<Process> redis_;
  std::optional<World> world_;
  std::optional<TcpProxy> look_;
};

}  // namespace

TEST_F(Partition, of_Redis_from_everybody) {
  world_->fault("no packet to Redis or from it", [&] { network_.lose_all(); });
  expect_nobody_is_served();
  network_.let_all_through();
  world_->conclude();
}

TEST_F(Partition, that_lets_requests_to_Redis_and_no_answer_from_it) {
  for (int i = 0; i < 3; ++i) {
    world_->fault("no packet from Redis", [&] { network_.lose_answers(); });
    expect_nobody_is_served();
    network_.let_answers_through();
    world_->expect_grants();
  }
  world_->conclude();
}

}  // namespace coupon::test
