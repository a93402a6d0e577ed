// What Redis has; and Redis loses everything, is restarted, forgets a coupon or its scripts: that is put right without
// anybody's help.

#include <csignal>
#include <gtest/gtest.h>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

std::string key(const std::string& part) { return "c:{" + std::string(kCode) + "}:" + part; }

// The member's grant as the service tells it, "" when it knows none.
std::string grant_of(const Service& service, const std::string& member) {
  const auto answer = service.get("/api/v1/coupons/" + std::string(kCode) + "/issues/" + member);
  return answer.status == 200 ? json_of(answer)["data"].value("issueId", "") : "";
}

}  // namespace

TEST(PipelineGate, that_lost_everything_in_mid_burst_is_rebuilt_and_gives_nothing_twice) {
  constexpr int kQuota = 1'500;
  Pipeline pipeline;
  pipeline.create(kQuota);
  pipeline.work();
  const auto& service = pipeline.serve();
  PatientCrowd crowd({.ports = {service.port()}});
  ASSERT_TRUE(eventually([&] { return crowd.issued() >= 150; }));
  pipeline.redis({"FLUSHALL"});
  const auto& told = crowd.join();
  EXPECT_FALSE(told.later.empty()) << "nobody noticed";
  expect_truth(pipeline, kQuota, told, /*lost=*/true);
  EXPECT_EQ(live_rows(pipeline).size(), static_cast<std::size_t>(kQuota)) << "every place was given once";
  for (const auto& [member, id] : told.issued) ASSERT_EQ(grant_of(service, member), id) << member;
  EXPECT_EQ(pipeline.ctl_json({"coupon", "show", kCode})["epoch"], 2);
}

TEST(PipelineGate, that_was_restarted_refuses_until_the_worker_has_compared_it_with_the_ledger) {
  constexpr int kQuota = 300;
  Pipeline pipeline;
  pipeline.create(kQuota);
  auto& worker = pipeline.work();
  const auto& service = pipeline.serve();
  Told told;
  {
    PatientCrowd crowd({.ports = {service.port()}, .prefix = "before", .threads = 4, .asks = 20});
    told = crowd.join();
  }
  EXPECT_EQ(told.issued.size() + told.pending.size(), 80U);
  worker.process.signal(SIGTERM);
  EXPECT_EQ(pipeline.end_of(worker), 0);

  pipeline.servers().kill("redis");
  pipeline.start_redis();
  ASSERT_TRUE(eventually([&] { return error_code(service.issue(kCode, "early")) == "GATE_FENCED"; }))
      << service.issue(kCode, "early").body;
  const auto refused = service.issue(kCode, "early");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(pipeline.stock()["gate"], "fenced");

  pipeline.work();
  PatientCrowd crowd({.ports = {service.port()}, .prefix = "after", .threads = 4});
  told.add(crowd.join());
  expect_truth(pipeline, kQuota, told, /*lost=*/true);
  EXPECT_EQ(live_rows(pipeline).size(), static_cast<std::size_t>(kQuota));
  EXPECT_EQ(pipeline.ctl_json({"gate", "status", kCode})["epoch"], 2);
}

TEST(PipelineGate, that_forgot_one_coupon_gets_it_back_from_the_ledger) {
  Pipeline pipeline;
  pipeline.create(100);
  pipeline.work();
  const auto& service = pipeline.serve();
  Told told;
  {
    PatientCrowd crowd({.ports = {service.port()}, .threads = 4, .asks = 10});
    told = crowd.join();
  }
  expect_truth(pipeline, 100, told);
  const auto before = held_in_gate(pipeline);
  EXPECT_EQ(before.size(), 40U);
  pipeline.redis({"DEL", key("m"), key("g"), key("p")});
  ASSERT_TRUE(eventually([&] { return pipeline.ctl_json({"gate", "status", kCode})["epoch"] == 2; }));
  expect_truth(pipeline, 100, told);
  EXPECT_EQ(held_in_gate(pipeline), before);
  EXPECT_EQ(json_of(service.issue(kCode, "later"))["data"]["rank"], 41);
}

TEST(PipelineGate, that_lost_its_scripts_in_mid_burst_is_noticed_by_nobody) {
  constexpr int kQuota = 1'500;
  Pipeline pipeline;
  pipeline.create(kQuota);
  pipeline.work();
  const auto& service = pipeline.serve();
  PatientCrowd crowd({.ports = {service.port()}});
  for (int share = 1; share <= 5; ++share) {
    ASSERT_TRUE(eventually([&] { return crowd.issued() >= share * 200; }));
    pipeline.redis({"SCRIPT", "FLUSH"});
  }
  const auto& told = crowd.join();
  EXPECT_TRUE(told.later.empty()) << told.later.begin()->first;
  EXPECT_TRUE(told.pending.empty());
  EXPECT_EQ(told.issued.size(), static_cast<std::size_t>(kQuota));
  expect_truth(pipeline, kQuota, told);
}

TEST(PipelineGate, keeps_a_coupon_under_the_documented_keys_that_never_expire) {
  Pipeline pipeline;
  pipeline.create(5);
  const auto& quick = pipeline.serve();
  const auto answer = quick.issue(kCode, "first");
  ASSERT_EQ(answer.status, 200) << answer.body;
  // Its record waits in its memory until it dies, so that the grant stays pending.
  auto& slow = pipeline.serve({"--journal-properties", "linger.ms=5000"});
  PatientCrowd crowd({.ports = {slow.port()}, .prefix = "pending", .threads = 1, .asks = 1});
  ASSERT_TRUE(eventually([&] { return pipeline.redis({"EXISTS", key("p")}) == "1"; }));
  slow.process().signal(SIGKILL);
  EXPECT_EQ(pipeline.end_of(slow), 128 + SIGKILL);

  EXPECT_EQ(pipeline.redis({"TYPE", key("m")}), "hash");
  EXPECT_EQ(pipeline.redis({"TYPE", key("g")}), "hash");
  EXPECT_EQ(pipeline.redis({"TYPE", key("p")}), "zset");
  for (const char* part : {"m", "g", "p"}) EXPECT_EQ(pipeline.redis({"TTL", key(part)}), "-1") << part;
  EXPECT_EQ(pipeline.redis({"DBSIZE"}), "3");
  EXPECT_EQ(pipeline.redis({"HMGET", key("m"), "epoch", "state", "opens", "ends", "quota", "version", "seq"}),
            "1\nOPEN\n0\n0\n5\n1\n2");
  EXPECT_EQ(pipeline.redis({"HEXISTS", key("m"), "building"}), "0");
  const auto replication = pipeline.redis({"INFO", "replication"});
  EXPECT_NE(replication.find("master_replid:" + pipeline.redis({"HGET", key("m"), "home"})), std::string::npos);
  const auto grant = pipeline.redis({"HGET", key("g"), "first"});
  EXPECT_TRUE(grant.starts_with(json_of(answer)["data"]["issueId"].get<std::string>() + " 1 ")) << grant;
  EXPECT_EQ(pipeline.redis({"ZRANGE", key("p"), "0", "-1"}), "pending0-0");
}

}  // namespace coupon::test
