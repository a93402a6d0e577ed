// Keys of the gate that somebody else has written: couponsrv answers 503 and gives nothing, what is said names key and
// remedy, and the remedy heals it.

#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>
#include <random>

#include "doors/dice.hpp"
#include "functional/pipeline.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

constexpr int kPlaces = 1'000;
constexpr int kHolders = 5;
constexpr std::size_t kBreakagesMin = 60;
constexpr std::size_t kRequestsOfAll = 10'000;  // so many and more are a long run: of everything
constexpr std::size_t kPlayed = 20;

std::string key_of(const std::string& part) { return "c:{" + std::string(kCode) + "}:" + part; }

/// Whom a breakage keeps from being served.
enum class Hurts { kAll, kHolder, kNobody };

struct Breakage {
  std::vector<std::vector<std::string>> commands;
  Hurts hurts = Hurts::kAll;
  bool fenced = false;  ///< the gate does not serve, or is unknown: it can say so, and a worker would rebuild it
};

using Breakages = std::vector<Breakage>;

void add_wrong_types(Breakages& all) {
  for (const auto* part : {"m", "g", "p", "b"}) {
    const auto key = key_of(part);
    const auto hurts = *part == 'b' ? Hurts::kNobody : Hurts::kAll;
    all.push_back({{{"DEL", key}, {"SET", key, "somebody else's"}}, hurts});
    all.push_back({{{"DEL", key}, {"RPUSH", key, "a", "b"}}, hurts});
    all.push_back({{{"DEL", key}, {"SADD", key, "a"}}, hurts});
    if (*part == 'g' || *part == 'm') {
      all.push_back({{{"DEL", key}, {"ZADD", key, "1", "a"}}, hurts});
    } else {
      all.push_back({{{"DEL", key}, {"HSET", key, "a", "b"}}, hurts});
    }
  }
}

void add_wrong_fields(Breakages& all) {
  for (const auto* field : {"epoch", "opens", "ends", "quota", "seq"}) {
    all.push_back({{{"HDEL", key_of("m"), field}}, Hurts::kAll, std::string_view(field) == "epoch"});
    for (const auto* value : {"", "x", "-1", "1.5", "inf", "nan", "0x10", "1e9", " 7", "99999999999999999999"}) {
      all.push_back({{{"HSET", key_of("m"), field, value}}});
    }
  }
  for (const auto* value : {"", "x", "-1", "nan"})
    all.push_back({{{"HSET", key_of("m"), "version", value}}, Hurts::kNobody});
  all.push_back({{{"HDEL", key_of("m"), "version"}}, Hurts::kNobody});
  for (const auto* value : {"", "open", "x\r\ny"}) all.push_back({{{"HSET", key_of("m"), "state", value}}});
  all.push_back({{{"HDEL", key_of("m"), "state"}}});
  for (const auto* value : {"", "x", "0000000000000000000000000000000000000000"}) {
    all.push_back({{{"HSET", key_of("m"), "home", value}}, Hurts::kAll, true});
  }
  all.push_back({{{"HDEL", key_of("m"), "home"}}, Hurts::kAll, true});
  all.push_back({{{"HSET", key_of("m"), "building", "x"}}, Hurts::kNobody});
}

void add_wrong_grants(Breakages& all, Dice& dice) {
  const std::string id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  for (const auto& value :
       {std::string(), std::string("x"), id, id + " 1", id + " x 1 0", id + " 1 1 zz", id + " 1 1 0 0",
        " " + id + " 1 1 0", std::string(10'000, 'x'), "\xff\xfe" + dice.text({"a", "b"})}) {
    all.push_back({{{"HSET", key_of("g"), "holder-0", value}}, Hurts::kHolder});
  }
  for (const auto* member : {"a b", "", "\xff", "ghost"}) {
    all.push_back({{{"HSET", key_of("g"), member, "x"}, {"ZADD", key_of("p"), "0", member}}, Hurts::kNobody});
    all.push_back({{{"ZADD", key_of("p"), "0", member}}, Hurts::kNobody});
  }
}

class KeyDoor : public testing::Test {
 protected:
  KeyDoor() {
    pipeline_.create(kPlaces);
    pipeline_.work({"--rebuild-interval", "1h", "--reconcile-interval", "1h"});  // what heals is asked for
    service_ = &pipeline_.serve();
    for (int i = 0; i < kHolders; ++i) expect_place("holder-" + std::to_string(i));
  }

  [[nodiscard]] RawResponse ask(const std::string& member) {
    return service_->issue(kCode, member, {"Idempotency-Key: " + member});
  }
  // The ledger does not know under which key a member asked: who lost its grant and got it back hears so with a 409.
  void expect_place(const std::string& member) {
    const auto answer = ask(member);
    const bool has_it = answer.status == 409 && error_code(answer) == "COUPON-002" && told_.issued.contains(member);
    ASSERT_TRUE(answer.status == 200 || has_it) << answer.status << answer.body;
    const auto id = json_of(answer)["data"]["issueId"].get<std::string>();
    const auto [known, fresh] = told_.issued.emplace(member, id);
    EXPECT_TRUE(fresh || known->second == id) << member << " got another grant";
  }
  void expect_refusal(const std::string& member) {
    const auto answer = ask(member);
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_NE(error_code(answer), "") << answer.body;
    told_.refused.insert(member);
  }

  void expect_told(const Breakage& breakage, const std::string& stranger) {
    if (breakage.hurts == Hurts::kAll) {
      expect_refusal(stranger);
      if (breakage.fenced) return;
      const auto status = pipeline_.ctl({"gate", "status", kCode});
      EXPECT_EQ(status.code, 1) << status.out;
      EXPECT_TRUE(status.err.contains(key_of("")) && status.err.contains("couponctl gate rebuild")) << status.err;
    } else if (breakage.hurts == Hurts::kHolder) {
      expect_refusal("holder-0");
      told_.refused.erase("holder-0");
      expect_place(stranger);
    } else {
      expect_place(stranger);
    }
  }

  void play(const Breakage& breakage, int number) {
    for (const auto& command : breakage.commands) pipeline_.redis(command);
    expect_told(breakage, "stranger-" + std::to_string(number));
    const auto rebuilt = pipeline_.ctl({"gate", "rebuild", kCode});
    EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
    expect_place("after-" + std::to_string(number));
    for (int i = 0; i < kHolders; ++i) expect_place("holder-" + std::to_string(i));
  }

  Dice dice_{seed_of_doors()};
  Pipeline pipeline_;
  Service* service_ = nullptr;
  Told told_;
};

std::string described(const Breakage& breakage) {
  std::string text;
  for (const auto& command : breakage.commands) {
    for (const auto& word : command) text += visible(word.substr(0, 80)) + ' ';
  }
  return text;
}

}  // namespace

TEST_F(KeyDoor, breaks_nothing_but_what_it_holds_and_a_rebuild_heals_it) {
  Breakages all;
  add_wrong_types(all);
  add_wrong_fields(all);
  add_wrong_grants(all, dice_);
  EXPECT_GE(all.size(), kBreakagesMin);
  if (requests_of_doors() < kRequestsOfAll) {
    std::shuffle(all.begin(), all.end(), std::mt19937_64(seed_of_doors()));
    all.resize(kPlayed);
  }
  int number = 0;
  for (const auto& breakage : all) {
    SCOPED_TRACE(described(breakage));
    play(breakage, ++number);
    if (HasFailure()) break;
  }
  expect_truth(pipeline_, kPlaces, told_);
  std::cout << all.size() << " ways to break a key\n";
}

TEST_F(KeyDoor, with_a_value_that_is_no_grant_keeps_no_other_from_being_published) {
  pipeline_.redis({"HSET", key_of("g"), "ghost", "x"});
  pipeline_.redis({"ZADD", key_of("p"), "0", "ghost", "1", "holder-1"});
  EXPECT_TRUE(eventually([&] { return pipeline_.redis({"ZSCORE", key_of("p"), "holder-1"}).empty(); }));
  const auto planned = pipeline_.ctl({"reconcile", "--plan", kCode});
  EXPECT_EQ(planned.code, 1);
  EXPECT_TRUE(planned.err.contains("ghost") && planned.err.contains("couponctl gate rebuild")) << planned.err;
  EXPECT_EQ(pipeline_.ctl({"gate", "rebuild", kCode}).code, 0);
  expect_truth(pipeline_, kPlaces, told_);
}

}  // namespace coupon::test
