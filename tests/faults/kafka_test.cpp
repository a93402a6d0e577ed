// Kafka is slow, cut, half open, killed or full.

#include <csignal>
#include <gtest/gtest.h>

#include "faults/world.hpp"
#include "functional/pipeline_tools.hpp"

namespace coupon::test {

using Way = TcpProxy::Way;

namespace {

const std::vector<std::string> kHasty{"--deadline", "500ms"};
constexpr int kOnTheirWay = 16;  // grants at once, at most: two for each thread of the crowd

// By one worker, for want of an acknowledgement.
int failed_records(const Worker& worker) {
  const std::string series = "\nkafka_failed_records_total ";
  const auto text = worker.get("/metrics").body;
  const auto at = text.find(series);
  return at == std::string::npos ? 0 : std::stoi(text.substr(at + series.size()));
}

}  // namespace

TEST(KafkaFault, connections_cut_ten_times) {
  World world({.kafka_proxy = true});
  world.begin();
  for (int i = 0; i < 10; ++i) {
    world.fault("connections to Kafka cut", [&] { world.kafka().cut(); });
    world.expect_grants(10);
  }
  world.conclude();
}

TEST(KafkaFault, acknowledgements_that_are_lost) {
  World world({.kafka_proxy = true});
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.fault("an answer of Kafka swallowed", [&] { world.kafka().swallow_replies(); });
    EXPECT_TRUE(eventually([&] { return world.kafka().armed() == 0; }));
    world.expect_grants(20);
  }
  world.conclude();
}

TEST(KafkaFault, half_open_for_longer_than_a_member_waits) {
  World world({.kafka_proxy = true, .service_arguments = kHasty});
  world.begin();
  world.fault("Kafka's answers held", [&] { world.kafka().hold(Way::kReplies); });
  // The first answer: whoever asks again is told PENDING of what is there. A gate that was late is asked anew.
  int next = 0;
  RawResponse answer;
  EXPECT_TRUE(eventually([&] {
    answer = world.ask("m1-witness" + std::to_string(next++));
    return answer.status != 503;
  }));
  EXPECT_EQ(answer.status, 202) << "a place that is not in the journal is PENDING";
  world.kafka().let_go(Way::kReplies);
  world.conclude();
}

TEST(KafkaFault, a_hundred_ms_away) {
  World world({.kafka_proxy = true});
  world.begin();
  world.fault("100 ms each way to Kafka", [&] { world.kafka().delay(std::chrono::milliseconds(100)); });
  world.expect_grants();
  world.conclude();
}

TEST(KafkaFault, killed_in_mid_traffic) {
  World world({.own_servers = true, .service_arguments = kHasty});
  world.begin();
  world.fault("SIGKILL Kafka", [&] { world.pipeline().servers().kill("kafka"); });
  EXPECT_TRUE(eventually([&] { return world.service().get("/readyz").status == 503; }));
  EXPECT_EQ(world.pipeline().servers().up("kafka"), world.pipeline().kafka_port());
  world.conclude();
}

TEST(KafkaFault, a_producer_whose_queue_is_full_says_later) {
  World world({.kafka_proxy = true, .service_arguments = {"--deadline", "300ms", "--journal-queue", "20"}});
  world.begin();
  world.fault("Kafka's answers held, room for 20 records", [&] { world.kafka().hold(Way::kReplies); });
  EXPECT_TRUE(eventually([&] {
    static int next = 0;
    const auto answer = world.ask("m1-more" + std::to_string(next++));
    return answer.status == 503 && !answer.header("Retry-After").empty();
  })) << "back pressure";
  world.kafka().let_go(Way::kReplies);
  world.conclude();
}

TEST(KafkaFault, grants_that_wait_for_the_journal_when_it_is_killed) {
  World world({.kafka_proxy = true, .grace = "1s"});
  world.begin();
  world.fault("acknowledgements of Kafka held", [&] { world.kafka().hold(Way::kReplies); });
  EXPECT_TRUE(eventually([&] { return world.pipeline().stock()["pending"] > 0; }));
  world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
  world.kafka().let_go(Way::kReplies);
  world.add_service();
  world.ask_the_others();
  world.conclude();
}

TEST(KafkaFault, gone_while_the_relay_has_what_a_killed_service_could_not_publish) {
  World world({.kafka_proxy = true, .service_arguments = kHasty, .worker_arguments = {"--role", "persist"}});
  const auto& relay =
      world.pipeline().work({"--role", "relay", "--journal-timeout", "500ms", "--journal",
                             "kafka://" + endpoint(world.kafka().port()) + "/" + world.pipeline().topic()});
  world.begin();
  world.fault("Kafka refuses", [&] {
    world.kafka().refuse(true);
    world.kafka().cut();
  });
  // More than can have been on their way when Kafka went.
  EXPECT_TRUE(eventually([&] { return world.pipeline().stock()["pending"] > kOnTheirWay; }));
  world.fault("SIGKILL couponsrv", [&] { world.kill_service(); });
  const auto failed = failed_records(relay);
  EXPECT_TRUE(eventually([&] { return failed_records(relay) > failed; })) << "the relay never tried";
  world.kafka().refuse(false);
  world.add_service();
  world.ask_the_others();
  world.conclude();
}

}  // namespace coupon::test
