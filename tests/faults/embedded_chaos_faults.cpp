#include "faults/embedded_chaos_faults.hpp"

#include <array>
#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>

namespace coupon::test {

namespace {

using World = EmbeddedWorld;

constexpr std::size_t kProgramsMax = 3;

std::string in_ms(int ms) { return std::to_string(ms) + " ms"; }

void replace_service(World& world) {
  world.add_service();
  world.ask_the_others();
}

Heal kill_service(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  said = std::to_string(index);
  world.kill_service(index);
  replace_service(world);
  return {};
}

Heal kill_in_commit(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  said = std::to_string(index);
  world.freeze_in_commit(world.service(index).process());
  world.kill_service(index);
  replace_service(world);
  return {};
}

Heal kill_all(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  said = std::to_string(index) + " in mid commit";
  world.freeze_in_commit(world.service(index).process());
  while (world.services() > 0) world.kill_service();
  while (world.workers() > 0) world.kill_worker();
  world.add_worker();
  world.add_service();
  replace_service(world);
  return {};
}

Heal stop_service(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  said = std::to_string(index);
  world.stop_service(index);
  replace_service(world);
  return {};
}

void freeze(Process& process, int ms) {
  process.signal(SIGSTOP);
  last(ms);
  process.signal(SIGCONT);
}

Heal freeze_service(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  const int ms = dice.from(100, 1'500);
  said = std::to_string(index) + " for " + in_ms(ms);
  freeze(world.service(index).process(), ms);
  return {};
}

Heal freeze_in_commit(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.services());
  const int ms = dice.from(100, 2'000);
  said = std::to_string(index) + " for " + in_ms(ms);
  world.freeze_in_commit(world.service(index).process());
  freeze(world.service(index).process(), ms);
  return {};
}

Heal join_service(World& world, Dice& /*dice*/, std::string& /*said*/) {
  if (world.services() >= kProgramsMax) world.stop_service(0);
  replace_service(world);
  return {};
}

Heal kill_worker(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.workers());
  said = std::to_string(index);
  world.kill_worker(index);
  world.add_worker();
  return {};
}

Heal freeze_worker(World& world, Dice& dice, std::string& said) {
  const auto index = dice.any(world.workers());
  const int ms = dice.from(100, 3'000);
  said = std::to_string(index) + " for " + in_ms(ms);
  freeze(world.worker(index).process, ms);
  return {};
}

Heal join_worker(World& world, Dice& /*dice*/, std::string& /*said*/) {
  if (world.workers() >= kProgramsMax) world.kill_worker(0);
  world.add_worker();
  return {};
}

Heal lock(World& world, Dice& dice, std::string& said) {
  constexpr std::array kLocks{"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN; SELECT count(*) FROM issues"};
  const auto* const kind = kLocks.at(dice.any(kLocks.size()));
  const int ms = dice.from(20, 2'000);
  said = std::string(kind) + " for " + in_ms(ms);
  ForeignConnection foreign(world.file());
  foreign.run(kind);
  last(ms);
  foreign.run("ROLLBACK");
  return {};
}

Heal limit_file(World& world, Dice& dice, std::string& said) {
  const auto more = static_cast<std::uint64_t>(dice.from(0, 64)) * 4'096;
  said = std::to_string(more) + " bytes more";
  world.limit_files(std::filesystem::file_size(world.file()) + more);
  last(dice.from(100, 2'000));
  world.limit_files({});
  return {};
}

Heal refuse_rows(World& world, Dice& dice, std::string& said) {
  const auto ending = std::to_string(dice.from(10, 99));
  said = "of members on " + ending;
  world.meddle("CREATE TRIGGER IF NOT EXISTS refuses BEFORE INSERT ON issues WHEN new.user_id GLOB '*" + ending +
               "' BEGIN SELECT RAISE(ABORT, 'refused for the test'); END");
  return [&world] {
    world.meddle("DROP TRIGGER IF EXISTS refuses");
    EXPECT_LE(world.ctl({"dlt", "redrive", "--all", "--rate", "10000"}).code, 1);
  };
}

Heal move_clock(World& world, Dice& dice, std::string& said) {
  const int seconds = dice.from(-100'000, 100'000);
  said = std::to_string(seconds) + " s";
  world.move_clock(seconds);
  return [&world] { world.move_clock(0); };
}

Heal vacuum(World& world, Dice& /*dice*/, std::string& /*said*/) {
  world.meddle("VACUUM");
  return {};
}

// Refused where another changes or rebuilds the same, or the store is locked for too long.
Heal operate(World& world, Dice& dice, std::string& said) {
  static const std::array<std::vector<std::string>, 5> kCommands{{{"gate", "rebuild", kCode},
                                                                  {"reconcile", kCode, "--apply"},
                                                                  {"stock", "reduce", kCode, "--by", "1000"},
                                                                  {"stock", "top-up", kCode, "--by", "1000"},
                                                                  {"gate", "fence", kCode}}};
  const auto& command = kCommands.at(dice.any(kCommands.size()));
  said = command[0] + " " + command[1];
  EXPECT_LE(world.ctl(command).code, 1);
  return {};
}

Heal pause(World& world, Dice& dice, std::string& said) {
  const int ms = dice.from(0, 500);
  said = in_ms(ms);
  EXPECT_LE(world.ctl({"coupon", "pause", kCode}).code, 1);
  last(ms);
  EXPECT_TRUE(eventually([&] { return world.ctl({"coupon", "resume", kCode}).code == 0; }));
  return {};
}

// What it had begun is mended as an operator would.
Heal kill_operator(World& world, Dice& dice, std::string& said) {
  static const std::array<std::vector<std::string>, 4> kCommands{{{"gate", "rebuild", kCode},
                                                                  {"reconcile", kCode, "--apply"},
                                                                  {"stock", "reduce", kCode, "--by", "1000"},
                                                                  {"stock", "top-up", kCode, "--by", "1000"}}};
  const auto& command = kCommands.at(dice.any(kCommands.size()));
  const int ms = dice.from(1, 60);
  said = command[0] + " " + command[1] + " after " + in_ms(ms);
  const auto process = world.start_ctl(command);
  last(ms);
  process->signal(SIGKILL);
  const auto code = process->wait();
  EXPECT_TRUE(code <= 1 || code == 128 + SIGKILL) << code << process->err();
  return [&world] { EXPECT_TRUE(eventually([&] { return world.ctl({"reconcile", kCode, "--apply"}).code == 0; })); };
}

constexpr std::array kFaults{
    ChaosFault<World>{"SIGKILL couponsrv", false, kill_service},
    ChaosFault<World>{"SIGKILL couponsrv in mid commit", false, kill_in_commit},
    ChaosFault<World>{"SIGKILL all", false, kill_all},
    ChaosFault<World>{"SIGTERM couponsrv", false, stop_service},
    ChaosFault<World>{"SIGSTOP couponsrv", false, freeze_service},
    ChaosFault<World>{"SIGSTOP couponsrv in mid commit", false, freeze_in_commit},
    ChaosFault<World>{"couponsrv joins", false, join_service},
    ChaosFault<World>{"SIGKILL couponworker", false, kill_worker},
    ChaosFault<World>{"SIGSTOP couponworker", false, freeze_worker},
    ChaosFault<World>{"couponworker joins", false, join_worker},
    ChaosFault<World>{"foreign lock", false, lock},
    ChaosFault<World>{"file size limit", false, limit_file},
    ChaosFault<World>{"the ledger refuses rows", false, refuse_rows},
    ChaosFault<World>{"the clock jumps", false, move_clock},
    ChaosFault<World>{"VACUUM", false, vacuum},
    ChaosFault<World>{"couponctl", false, operate},
    ChaosFault<World>{"pause and resume", false, pause},
    ChaosFault<World>{"SIGKILL couponctl", false, kill_operator},
};

}  // namespace

std::span<const ChaosFault<EmbeddedWorld>> embedded_chaos_faults() { return kFaults; }

}  // namespace coupon::test
