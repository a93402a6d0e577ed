#include "journal/kafka_reader.hpp"

#include <utility>

namespace coupon::journal {

using base::Result;

namespace {

ConsumedRecord moved(net::kafka::Received& received) {
  auto& record = received.record;
  return {received.partition,    received.offset,         received.timestamp_ms,
          std::move(record.key), std::move(record.value), std::move(record.headers)};
}

}  // namespace

KafkaJournalReader::KafkaJournalReader(std::unique_ptr<net::kafka::Consumer> consumer)
    : consumer_(std::move(consumer)) {}

Result<std::vector<ConsumedRecord>> KafkaJournalReader::poll(std::size_t limit, std::int64_t wait_ms) {
  auto received = consumer_->poll(limit, wait_ms);
  if (!received) return std::unexpected(std::move(received.error()));
  std::vector<ConsumedRecord> records;
  records.reserve(received->size());
  for (auto& one : *received) records.push_back(moved(one));
  return records;
}

Result<> KafkaJournalReader::commit(const Positions& next) { return consumer_->commit(next); }
Result<> KafkaJournalReader::rewind() { return consumer_->rewind(); }
Result<> KafkaJournalReader::hold(std::int32_t partition) { return consumer_->hold(partition); }
Result<Positions> KafkaJournalReader::end() { return consumer_->end(); }
Result<Positions> KafkaJournalReader::committed() { return consumer_->committed(); }

}  // namespace coupon::journal
