#pragma once
// A journal over a topic of its own: what the Kafka tests share beside the contract.

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "integration/gate_calls.hpp"
#include "integration/kafka_topic.hpp"
#include "journal/kafka_journal.hpp"
#include "journal/kafka_reader.hpp"

namespace coupon::test {

/// On the broker at `port`. The topic is made with it and removed with it.
class KafkaJournals {
 public:
  explicit KafkaJournals(std::uint16_t port, bool with_topic = true,
                         const net::kafka::ProducerConfig& settings = producer_config());
  ~KafkaJournals();
  KafkaJournals(const KafkaJournals&) = delete;
  KafkaJournals& operator=(const KafkaJournals&) = delete;

  [[nodiscard]] net::kafka::Producer& producer() { return *producer_; }
  [[nodiscard]] journal::KafkaJournal& journal() { return journal_; }
  [[nodiscard]] std::unique_ptr<journal::KafkaJournalReader> reader(const std::string& group = "ledger");
  [[nodiscard]] const std::string& topic() const { return topic_; }
  [[nodiscard]] std::string group(const std::string& name) const { return topic_ + "." + name; }
  [[nodiscard]] const net::kafka::Config& config() const { return config_; }
  [[nodiscard]] base::Metrics& metrics() { return metrics_; }
  void create();
  void end();

 private:
  const net::kafka::Config config_;
  const std::string topic_;
  bool exists_ = false;
  base::Metrics metrics_;
  base::InlineExecutor executor_;
  std::unique_ptr<net::kafka::Producer> producer_;
  journal::KafkaJournal journal_;
};

/// "v0000001" … of keys that spread over the partitions.
[[nodiscard]] std::vector<JournalRecord> numbered(int first, int last);
/// Appends and waits for the acknowledgement of all; throws without it.
void append_all(Journal& journal, std::vector<JournalRecord> records);
/// Polls until `count` different values came, or none came for a long time. Commits nothing.
[[nodiscard]] std::vector<ConsumedRecord> take(JournalReader& reader, std::size_t count, std::size_t limit = 1'000);
[[nodiscard]] std::set<std::string> values_of(const std::vector<ConsumedRecord>& records);
[[nodiscard]] Positions behind(const std::vector<ConsumedRecord>& records);

}  // namespace coupon::test
