#include "journal/kafka_journal.hpp"

#include <utility>

namespace coupon::journal {

namespace {

net::kafka::Record moved(JournalRecord& record) {
  net::kafka::Record made{std::move(record.key), std::move(record.value), {}};
  made.headers.reserve(record.headers.size());
  for (auto& header : record.headers) made.headers.push_back({std::move(header.name), std::move(header.value)});
  return made;
}

}  // namespace

KafkaJournal::KafkaJournal(net::kafka::Producer& producer, base::Executor& executor, std::string topic)
    : producer_(producer), executor_(executor), topic_(std::move(topic)) {}

void KafkaJournal::append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) {
  std::vector<net::kafka::Record> made;
  made.reserve(records.size());
  for (auto& record : records) made.push_back(moved(record));
  producer_.send(topic_, made, executor_, std::move(done));
}

base::Result<> KafkaJournal::room() const { return producer_.room(); }

}  // namespace coupon::journal
