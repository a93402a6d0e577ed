// Several couponloads as one: each asks for members of its own at the same instant, and only together they know.

#include <chrono>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>

#include "functional/load_run.hpp"
#include "functional/programs.hpp"
#include "support/lying_server.hpp"

namespace coupon::test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr std::chrono::milliseconds kAhead{4'000};
constexpr std::chrono::seconds kShardPatience{150};

std::string soon(std::chrono::milliseconds ahead = kAhead) {
  const auto instant = std::chrono::system_clock::now() + ahead;
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count());
}

/// The shards of one run, all at once, and their results in a folder.
class Shards {
 public:
  /// `command` and its arguments, without what makes it a shard.
  Shards(const std::vector<std::string>& command, int count) : start_at_(soon()) {
    for (int i = 1; i <= count; ++i) {
      auto arguments = correctness_only(command);
      arguments.insert(arguments.begin(), program("couponload"));
      arguments.insert(arguments.end(), {"--shard", std::to_string(i) + "/" + std::to_string(count), "--start-at",
                                         start_at_, "--quiet", "--out", file(i)});
      running_.push_back(std::make_unique<Process>(arguments));
    }
  }

  /// The exit code of each.
  std::vector<int> wait() {
    std::vector<int> codes;
    for (auto& one : running_) codes.push_back(one->wait(kShardPatience));
    return codes;
  }

  [[nodiscard]] LoadRun merged() const {
    std::vector<std::string> command{program("couponload"), "merge"};
    for (std::size_t i = 1; i <= running_.size(); ++i) command.push_back(file(static_cast<int>(i)));
    command.insert(command.end(), {"-o", folder_.file("all.json")});
    const auto done = run(command);
    LoadRun all{.code = done.code, .out = done.out, .err = done.err, .result = parsed("all.json")};
    return all;
  }
  [[nodiscard]] LoadRun part(int index) const {
    const auto& process = *running_.at(static_cast<std::size_t>(index - 1));
    return {.code = 0, .out = process.out(), .err = process.err(), .result = parsed(name(index))};
  }
  [[nodiscard]] std::string words() const {
    std::string all;
    for (const auto& one : running_) all += one->out() + one->err();
    return all;
  }

 private:
  static std::string name(int index) { return "s" + std::to_string(index) + ".json"; }
  [[nodiscard]] std::string file(int index) const { return folder_.file(name(index)); }
  [[nodiscard]] nlohmann::json parsed(const std::string& name) const {
    auto result = nlohmann::json::parse(read_file(folder_.file(name)), nullptr, false);
    return result.is_discarded() ? nlohmann::json() : result;
  }

  TempFolder folder_;
  std::string start_at_;
  std::vector<std::unique_ptr<Process>> running_;
};

}  // namespace

TEST(LoadShards, Of_a_burst_against_couponsrv_pass_alone_and_together_with_the_sum) {
  Shop shop(100);
  Service service(shop.folder.path());
  Shards shards({"burst", service.url(), "-u", "1001"}, 2);
  EXPECT_THAT(shards.wait(), ElementsAre(0, 0)) << shards.words();
  const auto all = shards.merged();
  EXPECT_EQ(all.code, 0) << all.out << all.err;
  EXPECT_THAT(all.out, HasSubstr("VERDICT pass: 100 issued, 901 sold out, 0 errors, 0 unknown; 0 over, 0 twice; every "
                                 "200 has a row in the ledger"));
  const auto one = shards.part(1);
  const auto two = shards.part(2);
  EXPECT_EQ(one.count_of("issued") + one.count_of("sold_out"), 501);
  EXPECT_EQ(two.count_of("issued") + two.count_of("sold_out"), 500);
  EXPECT_EQ(one.count_of("issued") + two.count_of("issued"), 100);
  EXPECT_EQ(one.status_of("fill"), "skipped") << "one shard cannot tell";
  EXPECT_EQ(all.status_of("fill"), "pass");
  EXPECT_THAT(one.out, HasSubstr("VERDICT pass (shard 1 of 2 alone): "));
  EXPECT_EQ(ctl(shop.store, {"reconcile"}).code, 0);
}

TEST(LoadShards, Of_a_rate_keep_it_together) {
  Shop shop(100);
  Service service(shop.folder.path());
  Shards shards({"rate", service.url(), "-R", "300", "-d", "1s", "-c", "10", "--warmup", "0", "--evidence", "all"}, 3);
  for (const auto code : shards.wait()) EXPECT_TRUE(code == 0 || code == 6) << code << shards.words();
  const auto all = shards.merged();
  EXPECT_TRUE(all.code == 0 || all.code == 6) << "late on a busy machine, but never wrong: " << all.out << all.err;
  ASSERT_FALSE(all.result.is_null()) << all.err;
  EXPECT_THAT(all.violated(), IsEmpty());
  EXPECT_EQ(all.count_of("issued"), 100);
  EXPECT_EQ(all.count_of("sold_out"), 200);
  EXPECT_EQ(all.result.at("scenario").at("rate_per_s"), 300);
}

// Each shard sees ids that are all different; the members of the other one have the same.
TEST(LoadShards, Find_an_id_issued_twice_only_in_all_evidence_together) {
  const LyingServer server(600, {.id_of_number = 300});
  Shards shards({"burst", server.url(), "--code", "C", "-u", "600"}, 2);
  EXPECT_THAT(shards.wait(), ElementsAre(0, 0)) << shards.words();
  EXPECT_THAT(shards.part(1).violated(), IsEmpty());
  EXPECT_THAT(shards.part(2).violated(), IsEmpty());
  const auto all = shards.merged();
  EXPECT_EQ(all.code, 5) << all.out << all.err;
  EXPECT_THAT(all.violated(), ElementsAre("ids"));
  EXPECT_THAT(all.examples_of("ids"), HasSubstr("id-000001 was given to m00000001 and to m00000301"));
}

TEST(LoadShards, That_wait_for_their_instant_end_with_130_on_Ctrl_C) {
  const LyingServer server(10);
  Process waits(
      {program("couponload"), "burst", server.url(), "-u", "5", "--start-at", soon(std::chrono::milliseconds(9'000))});
  ASSERT_TRUE(eventually([&] { return server.primes() >= 5 || !waits.running(); }));
  waits.signal(SIGINT);
  EXPECT_EQ(waits.wait(), 130) << waits.err();
  EXPECT_EQ(server.asks(), 0);
}

TEST(LoadShards, Of_an_instant_that_is_past_or_far_ahead_are_wrong_usage) {
  const auto past = run({program("couponload"), "burst", "--start-at", "2020-01-01T00:00:00Z"});
  EXPECT_EQ(past.code, 2);
  EXPECT_THAT(past.err, HasSubstr("--start-at 2020-01-01T00:00:00.000Z is past by"));
  const auto far = run({program("couponload"), "closed", "--start-at", soon(std::chrono::minutes(11))});
  EXPECT_EQ(far.code, 2);
  EXPECT_THAT(far.err, HasSubstr("at most 10 min"));
}

}  // namespace coupon::test
