#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "net/kafka/producer.hpp"
#include "support/kafka_reports.hpp"
#include "support/process.hpp"

namespace coupon::net::kafka {
namespace {

using base::Errc;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A port of 127.0.0.1 where nobody listens, and nobody will.
class DeadPort {
 public:
  DeadPort() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, raw, size) != 0 || getsockname(socket_, raw, &size) != 0) throw std::runtime_error("no port");
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { close(socket_); }
  DeadPort(const DeadPort&) = delete;
  DeadPort& operator=(const DeadPort&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

class CountingExecutor final : public base::Executor {
 public:
  void post(base::Task task) override {
    ++posts_;
    task();
  }
  [[nodiscard]] int posts() const { return posts_; }

 private:
  std::atomic<int> posts_{0};
};

std::vector<Record> records(int count, std::size_t bytes = 1) {
  std::vector<Record> made;
  for (int i = 0; i < count; ++i) made.push_back({fmt::format("m{}", i), std::string(bytes, 'x'), {}});
  return made;
}

/// No broker is there: what is taken stays in the queue.
class ProducerBounds : public ::testing::Test {
 protected:
  void open(ProducerConfig settings) {
    settings.check_ms = 20;
    settings.stop_ms = 0;
    const Config config{.brokers = fmt::format("127.0.0.1:{}", dead_.port()), .request_timeout_ms = 200};
    producer_ = Producer::open(config, settings, {"grants"}, metrics_).value();
  }
  void send(int count, std::size_t bytes = 1) {
    producer_->send("grants", records(count, bytes), executor_, reports_.next());
  }
  /// A refusal comes at once.
  [[nodiscard]] Errc refused(std::size_t report) {
    const auto all = reports_.wait(report + 1);
    if (all.size() <= report || all[report]) throw std::runtime_error("not refused");
    return all[report].error().code;
  }

  DeadPort dead_;
  base::Metrics metrics_;
  CountingExecutor executor_;
  test::KafkaReports reports_;
  std::unique_ptr<Producer> producer_;
};

TEST_F(ProducerBounds, A_batch_that_does_not_fit_is_refused_whole) {
  open({.queue_records_max = 10});
  send(8);
  send(3);
  EXPECT_EQ(refused(0), Errc::kBusy);
  EXPECT_EQ(producer_->in_flight(), 8);
  send(2);
  EXPECT_EQ(producer_->in_flight(), 10);
  send(1);
  EXPECT_EQ(refused(1), Errc::kBusy);
  EXPECT_EQ(reports_.size(), 2U) << "what was taken waits";
}

TEST_F(ProducerBounds, Bytes_are_bounded_too) {
  open({.queue_bytes_max = 1'000});
  send(1, 600);
  send(1, 600);
  EXPECT_EQ(refused(0), Errc::kBusy);
  send(1, 300);
  EXPECT_EQ(producer_->in_flight(), 2);
}

TEST_F(ProducerBounds, A_batch_that_could_never_fit_is_a_mistake) {
  open({.queue_records_max = 10});
  send(11);
  EXPECT_EQ(refused(0), Errc::kInvalid);
}

TEST_F(ProducerBounds, A_topic_it_was_not_opened_for_is_a_mistake) {
  open({});
  producer_->send("other", records(1), executor_, reports_.next());
  EXPECT_EQ(refused(0), Errc::kInvalid);
}

TEST_F(ProducerBounds, What_waits_at_the_end_is_reported_exactly_once) {
  open({});
  constexpr int kSends = 200;
  for (int i = 0; i < kSends; ++i) send(3);
  producer_->stop();
  const auto all = reports_.wait(kSends);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kSends));
  for (const auto& one : all) EXPECT_FALSE(one);
  EXPECT_EQ(producer_->in_flight(), 0);
  EXPECT_LT(executor_.posts(), kSends) << "reports that come together are posted together";
  producer_.reset();
  EXPECT_EQ(reports_.size(), static_cast<std::size_t>(kSends));
}

TEST_F(ProducerBounds, After_the_end_everything_is_refused) {
  open({});
  producer_->stop();
  producer_->stop();
  send(1);
  EXPECT_EQ(refused(0), Errc::kUnavailable);
  EXPECT_THAT(producer_->ready(), HasSubstr("stopped"));
}

TEST_F(ProducerBounds, A_record_that_nobody_takes_times_out_and_makes_room) {
  open({.message_timeout_ms = 300, .queue_records_max = 1});
  send(1);
  EXPECT_EQ(refused(0), Errc::kTimeout);
  EXPECT_EQ(producer_->in_flight(), 0);
}

TEST_F(ProducerBounds, Without_a_broker_it_is_not_ready_and_says_why) {
  open({});
  EXPECT_THAT(producer_->ready(), Not(IsEmpty()));
  EXPECT_TRUE(test::eventually([&] { return producer_->ready().find("brokers") != std::string::npos; }))
      << producer_->ready();
}

}  // namespace
}  // namespace coupon::net::kafka
