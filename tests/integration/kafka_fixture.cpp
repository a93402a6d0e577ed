#include "integration/kafka_fixture.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "support/stack.hpp"

namespace coupon::test {

namespace {

constexpr std::int64_t kWaitMs = 20'000;  // a bound, never reached when records are there

std::unique_ptr<net::kafka::Producer> open_producer(const net::kafka::Config& config,
                                                    const net::kafka::ProducerConfig& settings,
                                                    const std::string& topic, base::Metrics& metrics) {
  auto made = net::kafka::Producer::open(config, settings, {topic}, metrics);
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

}  // namespace

KafkaJournals::KafkaJournals(std::uint16_t port, bool with_topic, const net::kafka::ProducerConfig& settings)
    : config_(kafka_config(port)),
      topic_(unique_word()),
      producer_((with_topic ? create() : void(), open_producer(config_, settings, topic_, metrics_))),
      journal_(*producer_, executor_, topic_) {}

KafkaJournals::~KafkaJournals() { end(); }

std::unique_ptr<journal::KafkaJournalReader> KafkaJournals::reader(const std::string& name) {
  auto made = net::kafka::Consumer::open(config_, consumer_config(topic_, group(name)), metrics_);
  if (!made) throw std::runtime_error(made.error().message);
  return std::make_unique<journal::KafkaJournalReader>(std::move(*made));
}

void KafkaJournals::create() {
  create_topic(config_, topic_);
  exists_ = true;
}

void KafkaJournals::end() {
  producer_->stop();
  if (exists_) remove_topic(config_, topic_);
  exists_ = false;
}

std::vector<JournalRecord> numbered(int first, int last) {
  std::vector<JournalRecord> records;
  for (int i = first; i <= last; ++i) records.push_back({fmt::format("m{}", i), fmt::format("v{:07}", i), {}});
  return records;
}

void append_all(Journal& journal, std::vector<JournalRecord> records) {
  const auto count = records.size();
  const auto done = completed<std::vector<bool>>([&](auto d) { journal.append(std::move(records), std::move(d)); });
  if (done != std::vector<bool>(count, true)) throw std::runtime_error("not all were acknowledged");
}

std::vector<ConsumedRecord> take(JournalReader& reader, std::size_t count, std::size_t limit) {
  std::vector<ConsumedRecord> all;
  std::set<std::string> different;
  while (different.size() < count) {
    const auto some = reader.poll(limit, kWaitMs).value();
    if (some.empty()) break;
    for (const auto& record : some) different.insert(record.value);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::set<std::string> values_of(const std::vector<ConsumedRecord>& records) {
  std::set<std::string> values;
  for (const auto& record : records) values.insert(record.value);
  return values;
}

Positions behind(const std::vector<ConsumedRecord>& records) {
  Positions next;
  for (const auto& record : records) {
    auto& position = next[record.partition];
    position = std::max(position, record.offset + 1);
  }
  return next;
}

}  // namespace coupon::test
