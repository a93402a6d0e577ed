// Records in the journal that nobody of ours wrote: each bad one becomes a dead letter that can be looked at and
// closed, each good one its row, and nothing stays behind.

#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>
#include <random>
#include <sstream>

#include "doors/bad_records.hpp"
#include "functional/pipeline.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

constexpr int kQuota = 100'000;
constexpr int kAsked = 60;
constexpr std::int64_t kOddRank = 1'000;

class RecordDoor : public testing::Test {
 protected:
  RecordDoor() {
    pipeline_.create(kQuota);
    worker_ = &pipeline_.work({"--dlt-attempts", "1"});
    service_ = &pipeline_.serve();
  }

  void TearDown() override {
    if (HasFailure()) std::cerr << worker_->process.err();
  }

  void ask(int from, int to) {
    for (int i = from; i < to; ++i) {
      const auto member = "good-" + std::to_string(i);
      const auto answer = service_->issue(kCode, member);
      ASSERT_EQ(answer.status, 200) << answer.body;
      told_.issued[member] = json_of(answer)["data"]["issueId"];
    }
  }

  // In parts, with asks of members in between.
  void write(std::vector<RawRecord> records) {
    constexpr int kParts = 4;
    for (int part = 0; part < kParts; ++part) {
      const auto begin = records.begin() + static_cast<std::ptrdiff_t>(records.size()) * part / kParts;
      const auto end = records.begin() + static_cast<std::ptrdiff_t>(records.size()) * (part + 1) / kParts;
      write_records(pipeline_.kafka_port(), pipeline_.topic(), {begin, end});
      ask(kAsked * part / kParts, kAsked * (part + 1) / kParts);
    }
  }

  void expect_letters(std::size_t count) {
    const auto open = [&] {
      return pipeline_.number("SELECT COUNT(*) FROM failed_coupon_issues WHERE state = 'OPEN' AND error <> ''");
    };
    EXPECT_TRUE(eventually([&] { return open() >= static_cast<std::int64_t>(count); }));
    EXPECT_EQ(open(), static_cast<std::int64_t>(count));
    EXPECT_EQ(pipeline_.number("SELECT COUNT(*) FROM failed_coupon_issues"), static_cast<std::int64_t>(count));
    EXPECT_EQ(pipeline_.ctl_json({"dlt", "list", "--limit", "100000"}).size(), count);
    std::vector<std::string> show{"dlt", "show"};
    std::istringstream ids(pipeline_.sql("SELECT id FROM failed_coupon_issues"));
    for (std::string id; ids >> id;) show.push_back(id);
    expect_json_lines(pipeline_.ctl(std::move(show)), count);
    expect_json_lines(pipeline_.ctl({"dlt", "export"}), count);
    expect_json_lines(pipeline_.ctl({"dlt", "tail", "--from-start", "--count", std::to_string(count)}), count);
  }

  static void expect_json_lines(const Finished& done, std::size_t count) {
    EXPECT_EQ(done.code, 0) << done.err;
    std::istringstream lines(done.out);
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line); ++seen) {
      EXPECT_TRUE(nlohmann::json::accept(line)) << visible(line);
    }
    EXPECT_EQ(seen, count);
  }

  Dice dice_{seed_of_doors()};
  Pipeline pipeline_;
  Worker* worker_ = nullptr;
  Service* service_ = nullptr;
  Told told_;
};

}  // namespace

TEST_F(RecordDoor, makes_letters_of_bad_records_and_rows_of_good_ones) {
  auto records = bad_records(kCode, dice_);
  const auto bad = records.size();
  const auto odd = odd_records(kCode, kOddRank, dice_);
  for (const auto& record : odd) told_.unsure.insert("odd-" + std::to_string(&record - odd.data()));
  records.insert(records.end(), odd.begin(), odd.end());
  records.insert(records.end(), odd.begin(), odd.end());  // copies change nothing
  std::shuffle(records.begin(), records.end(), std::mt19937_64(seed_of_doors()));
  write(std::move(records));

  EXPECT_TRUE(eventually([&] { return pipeline_.lag() == 0; })) << pipeline_.lag();
  expect_letters(bad);
  const auto rows = live_rows(pipeline_);
  EXPECT_EQ(rows.size(), kAsked + odd.size());
  for (const auto& [member, row] : rows) EXPECT_FALSE(member.starts_with("bad-")) << member;
  EXPECT_EQ(worker_->get("/readyz").status, 200) << worker_->get("/readyz").body;

  const auto refused = pipeline_.ctl({"gate", "rebuild", kCode});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.err.contains("dead letters name no coupon") && refused.err.contains("discard")) << refused.err;
  const auto discarded = pipeline_.ctl({"dlt", "discard", "--all", "--reason", "bad", "--rate", "100000"});
  EXPECT_EQ(discarded.code, 0) << discarded.err;
  EXPECT_EQ(pipeline_.number("SELECT COUNT(*) FROM failed_coupon_issues WHERE state <> 'DISCARDED'"), 0);
  EXPECT_EQ(pipeline_.ctl({"gate", "rebuild", kCode}).code, 0);
  ask(kAsked, kAsked + 1);
  expect_truth(pipeline_, kQuota, told_);
  std::cout << bad << " bad records, " << odd.size() << " odd ones, " << told_.issued.size() << " grants\n";
}

}  // namespace coupon::test
