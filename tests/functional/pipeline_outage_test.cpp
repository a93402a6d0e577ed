// Servers go away and come back; our programs stay.

#include <csignal>
#include <gtest/gtest.h>
#include <string>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "functional/pipeline_truth.hpp"

namespace coupon::test {

namespace {

constexpr std::int64_t kPlenty = 100'000;

// A service that does not wait long for anything.
const std::vector<std::string> kHasty{"--deadline", "500ms", "--gate-timeout", "300ms", "--journal-timeout", "2s"};

// Which engine is the trouble; "" when there is none.
std::string trouble_of(const RawResponse& ready) {
  if (ready.status == 200) return "";
  for (const char* engine : {"gate", "journal", "ledger", "persist", "relay", "rebuild", "reconcile"}) {
    if (ready.body.find("not ready: " + std::string(engine)) != std::string::npos) return engine;
  }
  return std::to_string(ready.status) + " " + ready.body;
}

bool is_issued(const Service& service, const std::string& member) {
  const auto answer = service.issue(kCode, member, {"Idempotency-Key: " + member});
  return answer.status == 200;
}

}  // namespace

TEST(PipelineOutage, of_Redis_is_answered_with_503_and_is_over_when_it_is_back) {
  Pipeline pipeline;
  pipeline.create(kPlenty);
  pipeline.work();
  const auto& service = pipeline.serve(kHasty);
  PatientCrowd crowd({.ports = {service.port()}, .threads = 4});
  ASSERT_TRUE(eventually([&] { return crowd.issued() >= 50; }));
  pipeline.servers().kill("redis");
  RawResponse refused;
  ASSERT_TRUE(eventually([&] {
    refused = service.issue(kCode, "refused", {"Idempotency-Key: refused"});
    return refused.status == 503;
  }));
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_TRUE(eventually([&] { return trouble_of(service.get("/readyz")) == "gate"; })) << service.get("/readyz").body;
  EXPECT_EQ(service.get("/healthz").status, 200);
  pipeline.start_redis();
  EXPECT_TRUE(eventually([&] { return is_issued(service, "refused"); })) << service.issue(kCode, "refused").body;
  const auto before = crowd.issued();
  EXPECT_TRUE(eventually([&] { return crowd.issued() >= before + 50; }));
  EXPECT_TRUE(eventually([&] { return trouble_of(service.get("/readyz")).empty(); })) << service.get("/readyz").body;
  crowd.stop();
  auto told = crowd.join();
  told.unsure.insert("refused");
  expect_truth(pipeline, kPlenty, told, /*lost=*/true);
}

TEST(PipelineOutage, of_a_Redis_that_hangs_loses_nothing_and_needs_no_rebuild) {
  Pipeline pipeline;
  pipeline.create(kPlenty);
  pipeline.work();
  const auto& service = pipeline.serve(kHasty);
  PatientCrowd crowd({.ports = {service.port()}, .threads = 4});
  ASSERT_TRUE(eventually([&] { return crowd.issued() >= 50; }));
  const auto redis = std::stoi(read_file(pipeline.servers().folder() + "/redis/pid"));
  ASSERT_EQ(kill(redis, SIGSTOP), 0);
  EXPECT_TRUE(eventually([&] { return service.issue(kCode, "refused").status == 503; }));
  ASSERT_EQ(kill(redis, SIGCONT), 0);
  const auto before = crowd.issued();
  EXPECT_TRUE(eventually([&] { return crowd.issued() >= before + 50; }));
  crowd.stop();
  auto told = crowd.join();
  told.unsure.insert("refused");
  expect_truth(pipeline, kPlenty, told);
  EXPECT_EQ(pipeline.ctl_json({"gate", "status", kCode})["epoch"], 1);
}

TEST(PipelineOutage, of_Kafka_and_then_of_MySQL_delays_rows_and_loses_none) {
  Pipeline pipeline({.redis_options = {}, .own_servers = true});
  pipeline.create(kPlenty);
  const auto& worker = pipeline.work({"--journal-timeout", "2s"});
  const auto& service = pipeline.serve(kHasty);
  const auto& patient = pipeline.serve();  // no 202 for being slow
  Told told;
  const auto ask = [&](const Service& asked, const std::string& prefix, int asks) -> Told {
    PatientCrowd crowd({.ports = {asked.port()}, .prefix = prefix, .threads = 4, .asks = asks});
    auto heard = crowd.join();
    told.add(heard);
    return heard;
  };
  EXPECT_EQ(ask(patient, "before", 10).issued.size(), 40U);
  expect_settled(pipeline);

  pipeline.servers().kill("kafka");
  EXPECT_TRUE(eventually([&] { return trouble_of(service.get("/readyz")) == "journal"; }))
      << service.get("/readyz").body;
  const auto without_kafka = ask(service, "kafka", 2);
  EXPECT_EQ(without_kafka.pending.size(), 8U);
  EXPECT_TRUE(without_kafka.issued.empty()) << "200 without the journal";
  EXPECT_EQ(pipeline.stock()["pending"], 8);
  EXPECT_EQ(pipeline.servers().up("kafka"), pipeline.kafka_port());
  expect_settled(pipeline);
  EXPECT_TRUE(eventually([&] { return trouble_of(service.get("/readyz")).empty(); })) << service.get("/readyz").body;
  EXPECT_EQ(live_rows(pipeline).size(), 48U);
  EXPECT_TRUE(is_issued(service, "kafka0-0")) << "the same member has the same grant, now published";

  pipeline.servers().kill("mysql");
  EXPECT_TRUE(eventually([&] { return trouble_of(service.get("/readyz")) == "ledger"; }))
      << service.get("/readyz").body;
  EXPECT_EQ(ask(patient, "mysql", 10).issued.size(), 40U) << "issuing does not need the ledger";
  EXPECT_TRUE(eventually([&] { return worker.get("/readyz").status == 503; }));
  EXPECT_EQ(worker.get("/healthz").status, 200);
  EXPECT_EQ(pipeline.servers().up("mysql"), pipeline.mysql_port());
  expect_truth(pipeline, kPlenty, told);
  EXPECT_EQ(live_rows(pipeline).size(), 88U);
  EXPECT_TRUE(eventually([&] { return worker.get("/readyz").status == 200; })) << worker.get("/readyz").body;
}

}  // namespace coupon::test
