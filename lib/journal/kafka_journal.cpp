#include "journal/kafka_journal.hpp"

#include <utility>

namespace coupon::journal {

KafkaJournal::KafkaJournal(net::kafka::Producer& producer, base::Executor& executor, std::string topic)
    : producer_(producer), executor_(executor), topic_(std::move(topic)) {}

void KafkaJournal::append(std::vector<JournalRecord> records, base::Done<std::vector<bool>> done) {
  producer_.send(topic_, records, executor_, std::move(done));
}

base::Result<> KafkaJournal::room() const { return producer_.room(); }

}  // namespace coupon::journal
