#include <stdexcept>

#include "base/executor.hpp"
#include "integration/kafka_topic.hpp"
#include "integration/server_parts.hpp"
#include "journal/kafka_journal.hpp"
#include "journal/kafka_reader.hpp"
#include "support/stack.hpp"

namespace coupon::test {

namespace {

class SharedKafka final : public KafkaPart {
 public:
  SharedKafka() {
    create_topic(config_, topic_);
    auto made = net::kafka::Producer::open(config_, producer_config(), {topic_}, metrics_);
    if (!made) throw std::runtime_error(made.error().message);
    producer_ = std::move(*made);
  }
  ~SharedKafka() override {
    producer_->stop();
    remove_topic(config_, topic_);
  }
  SharedKafka(const SharedKafka&) = delete;
  SharedKafka& operator=(const SharedKafka&) = delete;

  std::unique_ptr<Journal> journal() override {
    return std::make_unique<journal::KafkaJournal>(*producer_, executor_, topic_);
  }
  /// A group's name is the broker's: the topic makes it this test's own.
  std::unique_ptr<JournalReader> reader(const std::string& group) override {
    auto made = net::kafka::Consumer::open(config_, consumer_config(topic_, topic_ + "." + group), metrics_);
    if (!made) throw std::runtime_error(made.error().message);
    return std::make_unique<journal::KafkaJournalReader>(std::move(*made));
  }

 private:
  const net::kafka::Config config_ = kafka_config(shared_stack().up("kafka"));
  const std::string topic_ = unique_word();
  base::Metrics metrics_;
  base::InlineExecutor executor_;
  std::unique_ptr<net::kafka::Producer> producer_;
};

}  // namespace

std::unique_ptr<KafkaPart> make_kafka_part() { return std::make_unique<SharedKafka>(); }

}  // namespace coupon::test
