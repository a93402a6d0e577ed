#include "faults/chaos_faults.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>

namespace coupon::test {

namespace {

using std::chrono::milliseconds;
using Way = TcpProxy::Way;

constexpr std::size_t kProgramsMax = 3;

struct NamedWay {
  const char* name;
  TcpProxy& proxy;
};

NamedWay any_way(World& world, Dice& dice) {
  switch (dice.from(0, 4)) {
    case 0: return {"couponsrv to Redis", world.service_ways().redis};
    case 1: return {"couponworker to Redis", world.worker_ways().redis};
    case 2: return {"couponworker to MariaDB", world.worker_ways().mysql};
    case 3: return {"couponsrv to MariaDB", world.service_ways().mysql};
    default: return {"all to Kafka", world.kafka()};
  }
}

// One that is used all the time, so that a fault that waits for traffic happens.
NamedWay busy_way(World& world, Dice& dice) {
  switch (dice.from(0, 2)) {
    case 0: return {"couponsrv to Redis", world.service_ways().redis};
    case 1: return {"couponworker to MariaDB", world.worker_ways().mysql};
    default: return {"all to Kafka", world.kafka()};
  }
}

Heal kill_service(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  said = "couponsrv " + std::to_string(index);
  world.kill_service(index);
  world.add_service();
  world.ask_the_others();
  return {};
}

Heal stop_service(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  said = "couponsrv " + std::to_string(index);
  world.stop_service(index);
  world.add_service();
  world.ask_the_others();
  return {};
}

Heal freeze_service(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  const int ms = dice.from(100, 1'500);
  said = "couponsrv " + std::to_string(index) + " for " + std::to_string(ms) + " ms";
  world.service(index).process().signal(SIGSTOP);
  last(ms);
  world.service(index).process().signal(SIGCONT);
  return {};
}

Heal add_service(World& world, Dice& /*dice*/, std::string& /*said*/) {
  if (world.services() >= kProgramsMax) world.stop_service(0);
  world.add_service();
  world.ask_the_others();
  return {};
}

Heal kill_worker(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.workers());
  said = "couponworker " + std::to_string(index);
  world.kill_worker(index);
  world.add_worker();
  return {};
}

Heal freeze_worker(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.workers());
  const int ms = dice.from(100, 3'000);
  said = "couponworker " + std::to_string(index) + " for " + std::to_string(ms) + " ms";
  world.worker(index).process.signal(SIGSTOP);
  last(ms);
  world.worker(index).process.signal(SIGCONT);
  return {};
}

Heal add_worker(World& world, Dice& /*dice*/, std::string& /*said*/) {
  if (world.workers() >= kProgramsMax) world.kill_worker(0);
  world.add_worker();
  return {};
}

Heal cut(World& world, Dice& dice, std::string& said) {
  const auto way = any_way(world, dice);
  said = way.name;
  way.proxy.cut();
  return {};
}

Heal swallow(World& world, Dice& dice, std::string& said) {
  const auto way = busy_way(world, dice);
  const int times = dice.from(1, 3);
  said = std::string(way.name) + ", " + std::to_string(times) + " times";
  way.proxy.swallow_replies(times);
  EXPECT_TRUE(eventually([&] { return way.proxy.armed() == 0; })) << said;
  return {};
}

Heal cut_within(World& world, Dice& dice, std::string& said) {
  const auto way = busy_way(world, dice);
  const int bytes = dice.from(1, 4'000);
  const auto to = dice.from(0, 1) == 0 ? Way::kRequests : Way::kReplies;
  said = std::string(way.name) + " after " + std::to_string(bytes) + (to == Way::kRequests ? " bytes" : " bytes back");
  way.proxy.cut_after(to, bytes);
  EXPECT_TRUE(eventually([&] { return way.proxy.armed() == 0; })) << said;
  return {};
}

Heal hold(World& world, Dice& dice, std::string& said) {
  const auto way = any_way(world, dice);
  const auto to = dice.from(0, 1) == 0 ? Way::kRequests : Way::kReplies;
  const int ms = dice.from(100, 3'000);
  said = std::string(way.name) + (to == Way::kRequests ? ", requests, " : ", replies, ") + std::to_string(ms) + " ms";
  way.proxy.hold(to);
  last(ms);
  way.proxy.let_go(to);
  return {};
}

Heal delay(World& world, Dice& dice, std::string& said) {
  const auto way = any_way(world, dice);
  const int ms = dice.from(5, 80);
  said = std::string(way.name) + " by " + std::to_string(ms) + " ms";
  way.proxy.delay(milliseconds(ms));
  return [&proxy = way.proxy] { proxy.delay(milliseconds(0)); };
}

Heal refuse(World& world, Dice& dice, std::string& said) {
  const auto way = any_way(world, dice);
  const int ms = dice.from(100, 1'500);
  said = std::string(way.name) + " for " + std::to_string(ms) + " ms";
  way.proxy.refuse(true);
  way.proxy.cut();
  last(ms);
  way.proxy.refuse(false);
  return {};
}

Heal forget_scripts(World& world, Dice& /*dice*/, std::string& /*said*/) {
  world.pipeline().redis({"SCRIPT", "FLUSH"});
  return {};
}

Heal kick_clients(World& world, Dice& /*dice*/, std::string& /*said*/) {
  world.pipeline().redis({"CLIENT", "KILL", "TYPE", "normal"});
  return {};
}

Heal block_redis(World& world, Dice& dice, std::string& said) {
  said = std::to_string(dice.from(1, 2)) + " s";
  world.pipeline().redis({"DEBUG", "SLEEP", said.substr(0, 1)});
  return {};
}

Heal kill_redis(World& world, Dice& /*dice*/, std::string& /*said*/) {
  world.pipeline().servers().kill("redis");
  world.start_redis();
  return {};
}

Heal flush_redis(World& world, Dice& /*dice*/, std::string& /*said*/) {
  world.pipeline().redis({"FLUSHALL"});
  return {};
}

Heal lock_issues(World& world, Dice& /*dice*/, std::string& /*said*/) {
  world.pipeline().sql("LOCK TABLES issues WRITE; DO SLEEP(1); UNLOCK TABLES");
  return {};
}

// Refused when another rebuild is under way, or a server is not there.
Heal rebuild(World& world, Dice& /*dice*/, std::string& /*said*/) {
  EXPECT_LE(world.pipeline().ctl({"gate", "rebuild", kCode}).code, 1);
  return {};
}

Heal reconcile(World& world, Dice& /*dice*/, std::string& /*said*/) {
  EXPECT_LE(world.pipeline().ctl({"reconcile", kCode, "--apply"}).code, 1);
  return {};
}

constexpr std::array kFaults{
    ChaosFault<World>{"SIGKILL couponsrv", false, kill_service},
    ChaosFault<World>{"SIGTERM couponsrv", false, stop_service},
    ChaosFault<World>{"SIGSTOP couponsrv", false, freeze_service},
    ChaosFault<World>{"couponsrv joins", false, add_service},
    ChaosFault<World>{"SIGKILL couponworker", false, kill_worker},
    ChaosFault<World>{"SIGSTOP couponworker", false, freeze_worker},
    ChaosFault<World>{"couponworker joins", false, add_worker},
    ChaosFault<World>{"connections cut", false, cut},
    ChaosFault<World>{"replies swallowed", false, swallow},
    ChaosFault<World>{"cut within a message", false, cut_within},
    ChaosFault<World>{"one way held", false, hold},
    ChaosFault<World>{"delayed", false, delay},
    ChaosFault<World>{"refused", false, refuse},
    ChaosFault<World>{"SCRIPT FLUSH", false, forget_scripts},
    ChaosFault<World>{"CLIENT KILL", false, kick_clients},
    ChaosFault<World>{"DEBUG SLEEP", false, block_redis},
    ChaosFault<World>{"LOCK TABLES", false, lock_issues},
    ChaosFault<World>{"gate rebuild", false, rebuild},
    ChaosFault<World>{"reconcile --apply", false, reconcile},
    ChaosFault<World>{"SIGKILL Redis", true, kill_redis},
    ChaosFault<World>{"FLUSHALL", true, flush_redis},
};

}  // namespace

std::span<const ChaosFault<World>> chaos_faults() { return kFaults; }

}  // namespace coupon::test
