#pragma once
// The writing side of the journal over a Kafka topic, keyed by the member.

#include <string>
#include <vector>

#include "coupon/journal.hpp"
#include "net/kafka/producer.hpp"

namespace coupon::journal {

/// One per io loop, over the producer that all of them share. What a full queue, a timeout and a refusal mean is said
/// in net/kafka/producer.hpp; the rest in the port.
class KafkaJournal final : public Journal {
 public:
  /// `producer` was opened with `topic`. Both references must live until the last completion.
  KafkaJournal(net::kafka::Producer& producer, base::Executor& executor, std::string topic);
  void append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) override;
  [[nodiscard]] base::Result<> room() const override;

 private:
  net::kafka::Producer& producer_;
  base::Executor& executor_;
  const std::string topic_;
};

}  // namespace coupon::journal
