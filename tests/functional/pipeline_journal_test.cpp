// Grants on their way from Redis over Kafka to MariaDB: late, twice, orphaned, damaged, or of a newer version.

#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

Told ask(const Service& service, const std::string& prefix, int threads, int asks) {
  PatientCrowd crowd({.ports = {service.port()}, .prefix = prefix, .threads = threads, .asks = asks});
  return crowd.join();
}

TopicRecord record_of(const Pipeline& pipeline, const std::string& member) {
  const auto records = pipeline.records();
  const auto it = std::ranges::find(records, member, &TopicRecord::key);
  if (it != records.end()) return *it;
  ADD_FAILURE() << "no record of " << member;
  return {};
}

std::int64_t dead_letters(const Pipeline& pipeline, const std::string& error_class) {
  return pipeline.number(
      "SELECT COUNT(*) FROM failed_coupon_issues WHERE state IN ('RETRYING', 'OPEN') AND error_class = '" +
      error_class + "'");
}

}  // namespace

TEST(PipelineJournal, gets_from_the_relay_what_a_killed_service_could_not_publish) {
  constexpr int kWaiting = 40;
  Pipeline pipeline;
  pipeline.create(500);
  pipeline.work();
  auto& quick = pipeline.serve();
  auto told = ask(quick, "quick", 8, 10);
  // Its records wait in its own memory for longer than it lives.
  auto& slow = pipeline.serve({"--journal-properties", "linger.ms=5000"}, "3s");
  PatientCrowd crowd({.ports = {slow.port()}, .prefix = "slow", .threads = kWaiting, .asks = 1});
  ASSERT_TRUE(eventually([&] { return pipeline.stock()["pending"] == kWaiting; })) << pipeline.stock();
  for (auto* service : {&slow, &quick}) service->process().signal(SIGKILL);
  crowd.stop();
  told.add(crowd.join());
  EXPECT_EQ(told.unsure.size(), static_cast<std::size_t>(kWaiting)) << "answered before its record was published";
  for (auto* service : {&slow, &quick}) EXPECT_EQ(pipeline.end_of(*service), 128 + SIGKILL);
  expect_truth(pipeline, 500, told);
  EXPECT_EQ(live_rows(pipeline).size(), told.issued.size() + kWaiting);
}

TEST(PipelineJournal, read_twice_from_the_beginning_makes_no_new_rows_and_no_dead_letters) {
  Pipeline pipeline;
  pipeline.create(200);
  auto& worker = pipeline.work();
  const auto told = ask(pipeline.serve(), "m", 8, 30);
  expect_truth(pipeline, 200, told);
  const auto rows = pipeline.sql("SELECT HEX(grant_id), user_id, rank_no, state FROM issues ORDER BY grant_id");
  worker.process.signal(SIGTERM);
  EXPECT_EQ(pipeline.end_of(worker), 0);

  pipeline.use_group(pipeline.topic() + "-again");
  EXPECT_GE(pipeline.lag(), 200);
  const auto& again = pipeline.work();
  expect_truth(pipeline, 200, told);
  EXPECT_GE(again.records("present"), 200);
  EXPECT_EQ(again.records("inserted"), 0);
  EXPECT_EQ(pipeline.sql("SELECT HEX(grant_id), user_id, rank_no, state FROM issues ORDER BY grant_id"), rows);
  EXPECT_EQ(pipeline.number("SELECT COUNT(*) FROM failed_coupon_issues"), 0);
}

TEST(PipelineJournal, copy_that_comes_after_the_revoke_makes_no_row) {
  Pipeline pipeline;
  pipeline.create(3);
  const auto& worker = pipeline.work();
  const auto& service = pipeline.serve();
  auto told = ask(service, "m", 1, 3);
  expect_truth(pipeline, 3, told);
  const auto late = record_of(pipeline, "m0-1");
  const auto id = told.issued["m0-1"];

  pipeline.sql("UPDATE issues SET state = 'REVOKED', reason = 'test' WHERE user_id = 'm0-1'");
  EXPECT_EQ(pipeline.ctl({"reconcile", kCode, "--plan"}).code, 1);
  const auto applied = pipeline.ctl({"reconcile", kCode, "--apply"});
  EXPECT_EQ(applied.code, 0) << applied.out << applied.err;
  EXPECT_FALSE(held_in_gate(pipeline).contains("m0-1"));
  told.issued.erase("m0-1");
  pipeline.produce(late);
  ASSERT_TRUE(eventually([&] { return worker.records("late_copy") == 1; }));
  expect_truth(pipeline, 3, told);
  EXPECT_EQ(pipeline.sql("SELECT state FROM issues WHERE user_id = 'm0-1'"), "REVOKED");

  const auto again = service.issue(kCode, "m0-1");
  ASSERT_EQ(again.status, 200) << again.body;
  told.issued["m0-1"] = json_of(again)["data"]["issueId"];
  EXPECT_NE(told.issued["m0-1"], id);
  pipeline.produce(late);
  ASSERT_TRUE(eventually([&] { return worker.records("late_copy") == 2; }));
  expect_truth(pipeline, 3, told);
  EXPECT_EQ(pipeline.number("SELECT COUNT(*) FROM failed_coupon_issues"), 0);
}

TEST(PipelineJournal, poison_becomes_a_dead_letter_and_lets_the_others_pass) {
  Pipeline pipeline;
  pipeline.create(100);
  pipeline.work();
  const auto& service = pipeline.serve();
  auto told = ask(service, "before", 2, 10);
  for (int partition = 0; partition < 3; ++partition) {
    pipeline.produce({partition, "poison", "{\"v\":1,\"code\":", {}});
    pipeline.produce({partition,
                      "stray",
                      R"({"v":1,"code":"NOPE","user":"stray)" + std::to_string(partition) +
                          R"(","id":"0000000000000000000000000)" + std::to_string(partition) +
                          R"(","rank":1,"issuedMs":1,"epoch":1})",
                      {{"v", "1"}, {"code", "NOPE"}}});
  }
  told.add(ask(service, "after", 2, 10));
  expect_truth(pipeline, 100, told);
  EXPECT_EQ(live_rows(pipeline).size(), 40U);
  EXPECT_EQ(dead_letters(pipeline, "unreadable"), 3);
  EXPECT_EQ(dead_letters(pipeline, "orphan"), 3);
  EXPECT_EQ(pipeline.sql("SELECT DISTINCT raw FROM failed_coupon_issues WHERE error_class = 'unreadable'"),
            "{\"v\":1,\"code\":");
  const auto status = pipeline.ctl({"status"});
  EXPECT_NE(status.err.find("3 open dead letters name no coupon"), std::string::npos) << status.err;
}

TEST(PipelineJournal, record_of_a_newer_version_stops_its_partition_alone_and_the_worker_says_so) {
  Pipeline pipeline;
  pipeline.create(100);
  const auto& worker = pipeline.work();
  const auto& service = pipeline.serve();
  const auto told = ask(service, "before", 2, 10);
  expect_truth(pipeline, 100, told);
  EXPECT_EQ(worker.get("/readyz").status, 200);
  pipeline.produce({1, "future", R"({"v":2,"anything":true})", {{"v", "2"}}});
  ask(service, "after", 2, 20);
  const auto behind = [&] {
    std::int64_t records = 0;
    for (const auto& record : pipeline.records()) records += record.partition == 1 && record.key.starts_with("after");
    return records;
  };
  EXPECT_GT(behind(), 0);
  EXPECT_LT(behind(), 40);
  EXPECT_TRUE(eventually([&] {
    const auto lag = pipeline.lags();
    return lag[0]["lag"] == 0 && lag[1]["lag"] == behind() + 1 && lag[2]["lag"] == 0;
  })) << pipeline.lags();
  EXPECT_EQ(static_cast<std::int64_t>(live_rows(pipeline).size()), 20 + 40 - behind());
  const auto ready = worker.get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_NE(ready.body.find("newer version"), std::string::npos) << ready.body;
  EXPECT_EQ(pipeline.number("SELECT COUNT(*) FROM failed_coupon_issues"), 0);
}

TEST(PipelineJournal, has_a_record_for_other_programs_to_read) {
  Pipeline pipeline;
  pipeline.create(1);
  const auto& service = pipeline.serve();
  const auto answer = service.issue(kCode, "reader@example.com");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto id = json_of(answer)["data"]["issueId"].get<std::string>();
  const auto record = record_of(pipeline, "reader@example.com");
  const auto value = nlohmann::json::parse(record.value, nullptr, false);
  EXPECT_EQ(value["v"], 1);
  EXPECT_EQ(value["code"], kCode);
  EXPECT_EQ(value["user"], "reader@example.com");
  EXPECT_EQ(value["id"], id);
  EXPECT_EQ(value["rank"], 1);
  EXPECT_TRUE(value["issuedMs"].is_number_integer());
  EXPECT_EQ(value["epoch"], 1);
  const std::map<std::string, std::string> headers{
      {"v", "1"}, {"code", kCode}, {"user", "reader@example.com"}, {"id", id}, {"epoch", "1"}};
  EXPECT_EQ(record.headers, headers);
}

}  // namespace coupon::test
