#pragma once
// The reading side of the journal over a Kafka topic: members of one group share its partitions, and a record is
// delivered again, to whoever has its partition then, until its position is committed.

#include <memory>
#include <vector>

#include "coupon/journal.hpp"
#include "net/kafka/consumer.hpp"

namespace coupon::journal {

/// Joins the group with the first poll: one that only asks for end() and committed() observes. committed() never lies
/// before the first record that is still there: what was deleted unread is lost, and waiting for it would never end.
class KafkaJournalReader final : public JournalReader {
 public:
  explicit KafkaJournalReader(std::unique_ptr<net::kafka::Consumer> consumer);

  [[nodiscard]] base::Result<std::vector<ConsumedRecord>> poll(std::size_t limit, std::int64_t wait_ms) override;
  [[nodiscard]] base::Result<> commit(const Positions& next) override;
  [[nodiscard]] base::Result<> rewind() override;
  [[nodiscard]] base::Result<> hold(std::int32_t partition) override;
  [[nodiscard]] base::Result<Positions> end() override;
  [[nodiscard]] base::Result<Positions> committed() override;

 private:
  std::unique_ptr<net::kafka::Consumer> consumer_;
};

}  // namespace coupon::journal
