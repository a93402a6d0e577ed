#include "net/kafka/delivery.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "net/kafka/error.hpp"

namespace coupon::net::kafka {

using base::Errc;
using base::Result;

namespace {

// A failure is believed this long: then somebody may try again, or nothing would ever show that it is over.
constexpr std::chrono::seconds kFailureHold(5);
// 0.25 ms to 16 s.
constexpr double kAckFirstSeconds = 0.00025;
constexpr int kAckBuckets = 17;

struct Outcome {
  Producer::Done done;
  Result<std::vector<bool>> result;
};

Result<std::vector<bool>> result_of(const Batch& batch) {
  const auto none = std::ranges::find(batch.acknowledged, char{1}) == batch.acknowledged.end();
  const auto code = batch.error.load();
  if (none && code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, "not acknowledged");
  return std::vector<bool>(batch.acknowledged.begin(), batch.acknowledged.end());
}

}  // namespace

Batch::Batch(std::size_t count, std::int64_t size, base::Executor& target, Producer::Done completion)
    : executor(target), done(std::move(completion)), bytes(size), acknowledged(count), slots(count), left(count) {
  for (auto& slot : slots) slot.batch = this;
}

std::int64_t bytes_of(const std::vector<Record>& records) {
  std::size_t bytes = 0;
  for (const auto& record : records) {
    bytes += record.key.size() + record.value.size();
    for (const auto& header : record.headers) bytes += header.name.size() + header.value.size();
  }
  return static_cast<std::int64_t>(bytes);
}

Deliveries::Deliveries(const ProducerConfig& config, base::Metrics& metrics)
    : records_max_(config.queue_records_max),
      bytes_max_(config.queue_bytes_max),
      produced_(metrics.counter("kafka_acknowledged_records_total", "Records that the brokers acknowledged")),
      failed_(metrics.counter("kafka_failed_records_total", "Records that were not acknowledged in time")),
      refused_(metrics.counter("kafka_refused_records_total", "Records refused because the queue was full")),
      queued_(metrics.gauge("kafka_queue_records", "Records taken and not reported yet")),
      ack_seconds_(metrics.distribution("kafka_ack_seconds", "From a send to the report of its last record",
                                        kAckFirstSeconds, kAckBuckets)) {}

Result<> Deliveries::reserve(std::size_t records, std::int64_t bytes) {
  const auto count = static_cast<std::int64_t>(records);
  if (count > records_max_ || bytes > bytes_max_) {
    return base::fail(Errc::kInvalid,
                      fmt::format("{} records of {} bytes can never fit the queue of {} records and {} bytes", count,
                                  bytes, records_max_, bytes_max_));
  }
  const std::scoped_lock lock(mutex_);
  if (closed_) return base::fail(Errc::kUnavailable, "the Kafka producer has stopped");
  if (records_ + count > records_max_ || bytes_ + bytes > bytes_max_) {
    refused_.add(static_cast<double>(count));
    return base::fail_retryable(Errc::kBusy, fmt::format("the Kafka queue is full: {} records wait", records_));
  }
  records_ += count;
  bytes_ += bytes;
  return {};
}

Result<> Deliveries::room() const {
  const std::scoped_lock lock(mutex_);
  if (records_ < records_max_ && bytes_ < bytes_max_) return {};
  return base::fail_retryable(Errc::kBusy, fmt::format("the Kafka queue is full: {} records wait", records_));
}

void Deliveries::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

std::int64_t Deliveries::in_flight() const {
  const std::scoped_lock lock(mutex_);
  return records_;
}

void Deliveries::settle(Slot& slot, rd_kafka_resp_err_t code) {
  auto& batch = *slot.batch;
  const auto index = static_cast<std::size_t>(&slot - batch.slots.data());
  batch.acknowledged[index] = code == RD_KAFKA_RESP_ERR_NO_ERROR ? 1 : 0;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) batch.error = code;
  if (batch.left.fetch_sub(1) != 1) return;
  std::unique_ptr<Batch> whole(&batch);
  account(batch, static_cast<std::size_t>(std::ranges::count(batch.acknowledged, char{1})));
  const std::scoped_lock lock(mutex_);
  ready_.push_back(std::move(whole));
}

void Deliveries::account(const Batch& batch, std::size_t acknowledged) {
  const auto now = std::chrono::steady_clock::now();
  const auto missed = batch.slots.size() - acknowledged;
  ack_seconds_.observe(std::chrono::duration<double>(now - batch.since).count());
  if (acknowledged > 0) produced_.add(static_cast<double>(acknowledged));
  if (missed > 0) failed_.add(static_cast<double>(missed));
  const std::scoped_lock lock(mutex_);
  if (acknowledged > 0) {
    last_failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  } else if (error_of(batch.error, {}).code != Errc::kInvalid) {  // a record that is too large says nothing of brokers
    last_failure_ = batch.error;
    failed_at_ = now;
  }
}

Deliveries::Ready Deliveries::take_ready() {
  const std::scoped_lock lock(mutex_);
  for (const auto& batch : ready_) {
    records_ -= static_cast<std::int64_t>(batch->slots.size());
    bytes_ -= batch->bytes;
  }
  queued_.set(static_cast<double>(records_));
  return std::exchange(ready_, {});
}

void Deliveries::hand_out() {
  std::vector<std::pair<base::Executor*, std::vector<Outcome>>> by_executor;
  for (auto& batch : take_ready()) {
    const auto at = std::ranges::find(by_executor, &batch->executor, [](const auto& one) { return one.first; });
    auto& target = at == by_executor.end() ? by_executor.emplace_back(&batch->executor, std::vector<Outcome>()) : *at;
    target.second.push_back({std::move(batch->done), result_of(*batch)});
  }
  for (auto& [executor, mine] : by_executor) {
    executor->post([outcomes = std::move(mine)]() mutable {
      for (auto& one : outcomes) one.done(std::move(one.result));
    });
  }
}

std::string Deliveries::failing() const {
  const std::scoped_lock lock(mutex_);
  if (last_failure_ == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  if (std::chrono::steady_clock::now() - failed_at_ > kFailureHold) return {};
  return error_of(last_failure_, "records are not acknowledged").message;
}

}  // namespace coupon::net::kafka
