// Dead letters in an operator's hands: couponctl dlt over real servers.

#include <gtest/gtest.h>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

// A coupon with two places, both promised with a 200, and a ledger that takes neither row until it is mended.
class PipelineLetters : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline_.create(2);
    pipeline_.sql(
        "CREATE TRIGGER refuses BEFORE INSERT ON issues FOR EACH ROW "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused for the test'");
    pipeline_.work({"--dlt-attempts", "1"});
    service_ = &pipeline_.serve();
    for (const auto* member : {"first", "second"}) {
      const auto answer = service_->issue(kCode, member);
      ASSERT_EQ(answer.status, 200) << answer.body;
      told_.issued[member] = json_of(answer)["data"]["issueId"];
    }
    ASSERT_TRUE(eventually([&] { return list({"--state", "OPEN"}).size() == 2; })) << list({});
    pipeline_.sql("DROP TRIGGER refuses");
  }

  [[nodiscard]] nlohmann::json list(std::vector<std::string> filters) const {
    filters.insert(filters.begin(), {"dlt", "list"});
    return pipeline_.ctl_json(std::move(filters));
  }

  Pipeline pipeline_;
  const Service* service_ = nullptr;
  Told told_;
};

}  // namespace

TEST_F(PipelineLetters, that_are_redriven_become_the_rows_that_were_promised) {
  for (const auto& letter : list({})) {
    EXPECT_EQ(letter["class"], "rejected") << letter;
    EXPECT_EQ(letter["code"], kCode) << letter;
  }
  const auto dry = pipeline_.ctl({"dlt", "redrive", "--all", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_EQ(list({"--state", "OPEN"}).size(), 2U) << "a dry run changes nothing";
  const auto redriven = pipeline_.ctl({"dlt", "redrive", "--all", "--code", kCode});
  EXPECT_EQ(redriven.code, 0) << redriven.out << redriven.err;
  EXPECT_EQ(list({"--state", "REDRIVEN"}).size(), 2U);
  const auto rows = live_rows(pipeline_);
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& [member, id] : told_.issued) EXPECT_EQ(rows.at(member).id, id);
  EXPECT_EQ(service_->issue(kCode, "third").status, 409);
  expect_truth(pipeline_, 2, told_);
  EXPECT_EQ(pipeline_.ctl({"reconcile", "--plan"}).code, 0);
}

TEST_F(PipelineLetters, that_are_discarded_free_their_place_for_somebody_else) {
  EXPECT_EQ(service_->issue(kCode, "third").status, 409) << "an open letter holds its place";
  const auto second = list({"--member", "second"});
  ASSERT_EQ(second.size(), 1U);
  const auto id = second[0]["id"].dump();
  EXPECT_EQ(pipeline_.ctl({"dlt", "discard", id}).code, 2) << "without a reason";
  const auto discarded = pipeline_.ctl({"dlt", "discard", id, "--reason", "for the test"});
  EXPECT_EQ(discarded.code, 0) << discarded.out << discarded.err;
  EXPECT_EQ(pipeline_.ctl({"dlt", "discard", id, "--reason", "again"}).code, 0) << "repeated, it finds its work done";
  told_.issued.erase("second");
  const auto third = service_->issue(kCode, "third");
  ASSERT_EQ(third.status, 200) << third.body;
  told_.issued["third"] = json_of(third)["data"]["issueId"];
  ASSERT_EQ(pipeline_.ctl({"dlt", "redrive", "--all"}).code, 0);
  expect_truth(pipeline_, 2, told_);
  EXPECT_EQ(live_rows(pipeline_).size(), 2U);
  EXPECT_EQ(pipeline_.number("SELECT COUNT(*) FROM issues WHERE user_id = 'second' AND state <> 'REVOKED'"), 0);
}

}  // namespace coupon::test
