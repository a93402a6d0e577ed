// What the journal over Kafka can do: acknowledgements at a fixed rate, the most it takes, and how fast it is read.
//   bench_kafka BROKERS
// Makes a topic of 3 partitions there and removes it afterwards. Read the figures as those of one machine that runs
// broker, writer and reader together.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fmt/core.h>
#include <fmt/format.h>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "coupon/event.hpp"
#include "journal/kafka_journal.hpp"
#include "journal/kafka_reader.hpp"
#include "net/kafka/admin.hpp"

namespace {

namespace base = coupon::base;
namespace kafka = coupon::net::kafka;
using SteadyClock = std::chrono::steady_clock;

constexpr double kPacedRate = 20'000;
constexpr std::int64_t kPacedRecords = 100'000;
constexpr std::int64_t kFlatOutRecords = 400'000;
constexpr std::size_t kReadBatch = 1'000;
constexpr std::int64_t kWaitMs = 5'000;

class Run {
 public:
  explicit Run(std::int64_t records) : left_(records) {}

  // `since`: when the batch should have left, so that a writer that falls behind does not flatter the figures.
  [[nodiscard]] kafka::Producer::Done report(std::int64_t count, SteadyClock::time_point since) {
    return [this, count, since](base::Result<std::vector<bool>> result) {
      const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(SteadyClock::now() - since).count();
      const std::scoped_lock lock(mutex_);
      acks_.record(took, count);
      if (!result || std::ranges::find(*result, false) != result->end()) failed_ += count;
      left_ -= count;
      if (left_ == 0) done_.notify_all();
    };
  }
  void finish() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return left_ == 0; });
  }
  void print(const std::string& title, double seconds) const {
    fmt::print("{:<28} {:>8.0f} records/s  ack p50 {:>6.2f} ms  p99 {:>6.2f} ms  max {:>6.2f} ms  failed {}\n", title,
               static_cast<double>(acks_.count()) / seconds, ms(50), ms(99), ms(100), failed_);
  }

 private:
  [[nodiscard]] double ms(double percentile) const { return static_cast<double>(acks_.percentile(percentile)) / 1e6; }

  std::mutex mutex_;
  std::condition_variable done_;
  base::Histogram acks_;
  std::int64_t left_;
  std::int64_t failed_ = 0;
};

std::vector<coupon::JournalRecord> batch_of(std::int64_t first, std::int64_t count) {
  std::vector<coupon::JournalRecord> records;
  for (auto i = first; i < first + count; ++i) {
    coupon::GrantId id;
    for (std::size_t byte = 0; byte < 8; ++byte) id.bytes[15 - byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    records.push_back(coupon::encode(
        {*coupon::CouponCode::parse("BENCH"), *coupon::MemberId::parse(fmt::format("member-{}", i)), id, i + 1, 1, 1}));
  }
  return records;
}

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// Batches leave on a schedule, whatever becomes of the ones before.
void paced(coupon::Journal& journal, std::int64_t batch) {
  Run run(kPacedRecords);
  const auto start = SteadyClock::now();
  for (std::int64_t at = 0; at < kPacedRecords; at += batch) {
    const auto size = std::min(batch, kPacedRecords - at);
    const auto due =
        start + std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(at) / kPacedRate * 1e9));
    std::this_thread::sleep_until(due);
    journal.append(batch_of(at, size), run.report(size, due));
  }
  run.finish();
  run.print(fmt::format("paced, batches of {}", batch), seconds_since(start));
}

// As much as the queue takes.
void flat_out(coupon::Journal& journal, kafka::Producer& producer, std::int64_t batch, std::int64_t depth) {
  Run run(kFlatOutRecords);
  const auto start = SteadyClock::now();
  for (std::int64_t at = 0; at < kFlatOutRecords; at += batch) {
    while (producer.in_flight() + batch > depth) std::this_thread::yield();
    const auto size = std::min(batch, kFlatOutRecords - at);
    journal.append(batch_of(at, size), run.report(size, SteadyClock::now()));
  }
  run.finish();
  run.print(fmt::format("flat out, {} of {}", depth, batch), seconds_since(start));
}

void read_all(coupon::JournalReader& reader) {
  std::int64_t count = 0;
  auto start = SteadyClock::now();
  auto last = start;
  for (;;) {
    const auto records = reader.poll(kReadBatch, kWaitMs);
    if (!records) throw std::runtime_error(records.error().message);
    if (records->empty()) break;
    if (count == 0) start = SteadyClock::now();  // joining the group is not reading
    count += static_cast<std::int64_t>(records->size());
    coupon::Positions next;
    for (const auto& record : *records) next[record.partition] = record.offset + 1;
    if (const auto done = reader.commit(next); !done) throw std::runtime_error(done.error().message);
    last = SteadyClock::now();
  }
  const auto seconds = std::chrono::duration<double>(last - start).count();
  fmt::print("{:<28} {:>8.0f} records/s  in batches of {}, each committed\n", "read",
             static_cast<double>(count) / seconds, kReadBatch);
}

void measure(const kafka::Config& config, const std::string& topic) {
  base::Metrics metrics;
  base::InlineExecutor executor;
  auto producer = kafka::Producer::open(config, {}, {topic}, metrics).value();
  while (!producer->ready().empty()) std::this_thread::yield();
  coupon::journal::KafkaJournal journal(*producer, executor, topic);
  for (const std::int64_t batch : {1, 8, 64}) paced(journal, batch);
  for (const std::int64_t batch : {1, 8, 64}) flat_out(journal, *producer, batch, 2'000);
  flat_out(journal, *producer, 64, 50'000);
  producer->stop();
  auto consumer = kafka::Consumer::open(config, {.topic = topic, .group = topic}, metrics).value();
  coupon::journal::KafkaJournalReader reader(std::move(consumer));
  read_all(reader);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: bench_kafka HOST:PORT\n");
    return 2;
  }
  const kafka::Config config{.brokers = argv[1]};
  const auto topic = fmt::format("bench-{}", SteadyClock::now().time_since_epoch().count());
  const auto admin = kafka::Admin::open(config).value();
  if (const auto made = admin->create({.name = topic}); !made) throw std::runtime_error(made.error().message);
  measure(config, topic);
  if (const auto gone = admin->remove(topic); !gone) throw std::runtime_error(gone.error().message);
  return 0;
}
