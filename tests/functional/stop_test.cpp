// SIGTERM and Ctrl-C in the middle of work.

#include <csignal>
#include <gtest/gtest.h>
#include <memory>

#include "functional/crowd.hpp"
#include "functional/programs.hpp"
#include "functional/truth.hpp"

namespace coupon::test {

TEST(Stop, by_SIGTERM_answers_every_request_that_was_sent_before) {
  Shop shop(50);
  Service service(shop.folder.path());
  // Frozen, so that the requests surely wait (in the backlog and in socket buffers) when the signal comes.
  service.process().signal(SIGSTOP);
  std::vector<std::unique_ptr<HttpConnection>> connections;
  for (int i = 0; i < 200; ++i) {
    connections.push_back(std::make_unique<HttpConnection>(service.port()));
    ASSERT_TRUE(connections.back()->connected());
    ASSERT_TRUE(connections.back()->send_raw(
        request_text("POST", "/api/v1/coupons/issue", issue_body("FLASH100", "m" + std::to_string(i)))));
  }
  service.process().signal(SIGTERM);
  service.process().signal(SIGCONT);
  int issued = 0;
  int sold_out = 0;
  std::map<std::string, std::string> grants;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const auto answer = connections[i]->receive();
    ASSERT_TRUE(answer.has_value()) << "no answer for request " << i;
    issued += answer->status == 200;
    sold_out += error_code(*answer) == "COUPON-003";
    if (answer->status == 200) grants["m" + std::to_string(i)] = json_of(*answer)["data"]["issueId"];
  }
  EXPECT_EQ(issued, 50);
  EXPECT_EQ(sold_out, 150);
  EXPECT_EQ(service.process().wait(), 0);
  // One that was answered before the signal arrived was not told, and is closed all the same.
  for (const auto& connection : connections) EXPECT_FALSE(connection->receive().has_value());
  Service again(shop.folder.path());
  expect_truth(shop, again, "FLASH100", 50, grants);
}

class StopInBurst : public testing::TestWithParam<int> {};

TEST_P(StopInBurst, ends_with_exit_code_0_and_loses_nothing) {
  Shop shop(2'000);
  std::map<std::string, std::string> grants;
  {
    Service service(shop.folder.path());
    Crowd crowd({service.port()}, "FLASH100", "m", 16);
    ASSERT_TRUE(eventually([&] { return crowd.issued() >= 300; }));
    service.process().signal(GetParam());
    EXPECT_EQ(service.process().wait(), 0);
    crowd.join();
    grants = crowd.grants();
    EXPECT_TRUE(crowd.others().empty());
  }
  Service again(shop.folder.path());
  expect_truth(shop, again, "FLASH100", 2'000, grants);
}

INSTANTIATE_TEST_SUITE_P(Signals, StopInBurst, testing::Values(SIGINT, SIGTERM),
                         [](const auto& one) { return one.param == SIGINT ? "CtrlC" : "SIGTERM"; });

TEST(Stop, second_signal_ends_a_couponsrv_that_waits_for_a_slow_client_at_once) {
  Shop shop(1);
  Service service(shop.folder.path(), {"--grace", "1h", "--body-timeout", "1h"});
  HttpConnection slow(service.port());
  ASSERT_TRUE(
      slow.send_raw("POST /api/v1/coupons/issue HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    "Content-Length: 50\r\n\r\n{"));
  ASSERT_TRUE(eventually([&] { return service.metric("http_connections") >= 1; }));
  service.process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return service.process().err().find("stopping") != std::string::npos; }));
  service.process().signal(SIGTERM);
  EXPECT_EQ(service.process().wait(), 130);
}

TEST(Stop, couponworker_finishes_its_batch_on_SIGTERM) {
  Shop shop(100);
  Service service(shop.folder.path(), {"--no-worker"});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(service.issue("FLASH100", "m" + std::to_string(i)).status, 200);
  EXPECT_EQ(json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["recorded"], 0);
  Process worker({program("couponworker"), "--store", shop.store, "--log-format", "human"});
  EXPECT_TRUE(
      eventually([&] { return json_of(service.get("/api/v1/coupons/stock/FLASH100"))["data"]["recorded"] == 100; }));
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_NE(worker.err().find("stopped"), std::string::npos);
}

TEST(TwoProcesses, on_one_store_give_each_place_once) {
  constexpr std::int64_t kQuota = 1'000;
  Shop shop(kQuota);
  Service first(shop.folder.path());
  TempFolder other;
  const auto store = std::vector<std::string>{"--store", shop.store};
  Service second(other.path(), store);
  Crowd crowd({first.port(), second.port()}, "FLASH100", "m", 16);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ctl(shop.store, {"status", "-q"}).code, 0);
  crowd.join();
  EXPECT_TRUE(crowd.others().empty()) << crowd.others().begin()->first;
  EXPECT_TRUE(crowd.unanswered().empty());
  EXPECT_EQ(crowd.issued(), kQuota);
  expect_truth(shop, first, "FLASH100", kQuota, crowd.grants());
  EXPECT_GT(first.metric(R"(issue_answers_total{outcome="granted"})"), 0);
  EXPECT_GT(second.metric(R"(issue_answers_total{outcome="granted"})"), 0);
}

TEST(TwoProcesses, seed_and_top_up_in_mid_burst_lose_nothing) {
  Shop shop(300);
  Service service(shop.folder.path());
  Crowd crowd({service.port()}, "FLASH100", "m", 8);
  ASSERT_TRUE(eventually([&] { return crowd.issued() >= 50; }));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ctl(shop.store, {"stock", "top-up", "FLASH100", "--by", "100"}).code, 0);
    EXPECT_EQ(ctl(shop.store, {"stock", "seed", "FLASH100"}).code, 0);
  }
  crowd.join();
  for (const auto& [answer, count] : crowd.others()) EXPECT_EQ(answer, "503 GATE_FENCED") << count;
  Crowd rest({service.port()}, "FLASH100", "r", 4);
  rest.join();
  auto grants = crowd.grants();
  grants.insert(rest.grants().begin(), rest.grants().end());
  EXPECT_EQ(grants.size(), 600U);
  expect_truth(shop, service, "FLASH100", 600, grants);
}

}  // namespace coupon::test
