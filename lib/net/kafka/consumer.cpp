#include "net/kafka/consumer.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "net/kafka/conf.hpp"
#include "net/kafka/consumer_impl.hpp"
#include "net/kafka/error.hpp"
#include "net/kafka/offsets.hpp"

namespace coupon::net::kafka {

using base::Errc;
using base::Result;

namespace {

using SteadyClock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

constexpr std::int64_t kBytesOfKilobyte = 1024;
constexpr Milliseconds kCommitPause(50);

std::int64_t ms_until(SteadyClock::time_point until) {
  return std::max<std::int64_t>(std::chrono::ceil<Milliseconds>(until - SteadyClock::now()).count(), 0);
}

std::string bytes(const void* data, std::size_t size) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

std::vector<Header> headers_of(const rd_kafka_message_t& message) {
  std::vector<Header> found;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return found;
  const auto count = rd_kafka_header_cnt(headers);
  found.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    if (rd_kafka_header_get_all(headers, i, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) break;
    found.push_back({name, bytes(value, size)});
  }
  return found;
}

}  // namespace

Consumer::Impl::Impl(const Config& cluster, const ConsumerConfig& chosen, base::Metrics& metrics)
    : config(cluster),
      settings(chosen),
      lost(metrics.counter("kafka_lost_records_total", "Records that were deleted before the group read them")),
      passed_over(metrics.counter("kafka_commits_passed_over_total",
                                  "Commits of partitions that another member of the group has by now")),
      rebalances(metrics.counter("kafka_rebalances_total", "Times that the partitions were shared out anew")) {}

Consumer::Impl::~Impl() {
  // Calls revoke() too.
  if (joined) close_consumer(client.get());
}

Result<> Consumer::Impl::open() {
  Conf conf(config);
  conf.set("group.id", settings.group).set("auto.offset.reset", "earliest");
  conf.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
  conf.set("partition.assignment.strategy", "range,roundrobin");
  conf.set("session.timeout.ms", settings.session_timeout_ms).set("heartbeat.interval.ms", settings.heartbeat_ms);
  conf.set("max.poll.interval.ms", std::max(settings.poll_interval_max_ms, settings.session_timeout_ms));
  conf.set("fetch.wait.max.ms", settings.fetch_wait_ms);
  conf.set("queued.max.messages.kbytes", std::max<std::int64_t>(settings.prefetch_bytes_max / kBytesOfKilobyte, 1));
  conf.set("fetch.max.bytes", settings.prefetch_bytes_max).set("message.max.bytes", std::int64_t{1'000'000});
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  auto made = conf.create(RD_KAFKA_CONSUMER);
  if (!made) return std::unexpected(std::move(made.error()));
  client = std::move(*made);
  topic.reset(rd_kafka_topic_new(client.get(), settings.topic.c_str(), nullptr));
  if (!topic) return failed(rd_kafka_last_error(), fmt::format("topic '{}'", settings.topic));
  return {};
}

Result<> Consumer::Impl::join() {
  if (!joined) rd_kafka_poll_set_consumer(client.get());
  const PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), settings.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(client.get(), topics.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, fmt::format("group '{}'", settings.group));
  joined = true;
  return {};
}

Result<> Consumer::Impl::prepare_poll() {
  if (!joined) {
    COUPON_TRY(join());
  }
  return going_back ? go_back() : Result<>{};
}

Result<> Consumer::Impl::gather(std::size_t limit, std::int64_t wait_ms) {
  const auto until = SteadyClock::now() + Milliseconds(wait_ms);
  while (gathered.size() < limit && !going_back) {
    const auto left = gathered.empty() ? ms_until(until) : 0;
    // May call on_rebalance, and so take away what was gathered.
    const Message message(rd_kafka_consumer_poll(client.get(), static_cast<int>(left)));
    if (!message) {
      if (!gathered.empty() || ms_until(until) == 0) break;
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      COUPON_TRY(digest_error(*message));
    } else {
      take(*message);
    }
  }
  return {};
}

void Consumer::Impl::take(const rd_kafka_message_t& message) {
  const auto expected = next.find(message.partition);
  if (going_back || expected == next.end() || held.contains(message.partition)) return;
  if (message.offset > expected->second) report_gap(message.partition, expected->second, message.offset);
  expected->second = message.offset + 1;
  gathered.push_back({message.partition,
                      message.offset,
                      rd_kafka_message_timestamp(&message, nullptr),
                      {bytes(message.key, message.key_len), bytes(message.payload, message.len), headers_of(message)}});
}

// What was gathered is kept: the trouble comes up again with the next empty batch, if it lasts.
Result<> Consumer::Impl::digest_error(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return {};
  suspicious = true;
  if (message.err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
    base::log::warn("kafka: group '{}': no poll for {} ms, others take over", settings.group,
                    settings.poll_interval_max_ms);
    return {};
  }
  if (!gathered.empty()) return {};
  topic_was_missing = topic_was_missing || is_missing_topic(message.err);
  return failed(message.err, fmt::format("topic '{}', group '{}'", settings.topic, settings.group));
}

Result<> Consumer::Impl::doubt_emptiness() {
  if (!gathered.empty() || !suspicious) return {};
  const auto found = partitions_of(client.get(), topic.get(), config.request_timeout_ms);
  if (!found) {
    topic_was_missing = topic_was_missing || found.error().code == Errc::kNotFound;
    return std::unexpected(found.error());
  }
  suspicious = false;
  // The subscription would notice only with the next refresh.
  return std::exchange(topic_was_missing, false) ? join() : Result<>{};
}

Result<> Consumer::Impl::send_commit(const Offsets& wanted) {
  const auto what = fmt::format("commit of group '{}'", settings.group);
  const auto until = SteadyClock::now() + Milliseconds(config.request_timeout_ms);
  for (;;) {
    const auto list = make_list(settings.topic, wanted);
    const Queue queue(rd_kafka_queue_new(client.get()));
    auto code = rd_kafka_commit_queue(client.get(), list.get(), queue.get(), nullptr, nullptr);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, what);
    const Event event(rd_kafka_queue_poll(queue.get(), static_cast<int>(ms_until(until))));
    if (!event) return failed(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
    code = rd_kafka_event_error(event.get());
    if (!is_coordinator_moving(code) || ms_until(until) == 0) return digest_commit(*event, wanted);
    std::this_thread::sleep_for(kCommitPause);
  }
}

Result<> Consumer::Impl::digest_commit(const rd_kafka_event_t& event, const Offsets& wanted) {
  auto* const asked = const_cast<rd_kafka_event_t*>(&event);  // NOLINT: the C API has no const
  const auto whole = rd_kafka_event_error(asked);
  const auto* const list = rd_kafka_event_topic_partition_list(asked);
  auto worst = list == nullptr ? whole : RD_KAFKA_RESP_ERR_NO_ERROR;
  if (is_lost_membership(whole)) worst = whole;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const auto& one = list->elems[i];
    const auto code = one.err == RD_KAFKA_RESP_ERR_NO_ERROR ? whole : one.err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      floors[one.partition] = wanted.at(one.partition);
    } else {
      worst = code;
    }
  }
  if (worst == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  if (!is_lost_membership(worst)) return failed(worst, fmt::format("commit of group '{}'", settings.group));
  base::log::warn("kafka: group '{}': a commit came too late, its records go to another member: {}", settings.group,
                  rd_kafka_err2str(worst));
  passed_over.add(static_cast<double>(wanted.size()));
  return {};
}

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::~Consumer() = default;

Result<std::unique_ptr<Consumer>> Consumer::open(const Config& config, const ConsumerConfig& settings,
                                                 base::Metrics& metrics) {
  auto impl = std::make_unique<Impl>(config, settings, metrics);
  COUPON_TRY(impl->open());
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

Result<std::vector<Received>> Consumer::poll(std::size_t limit, std::int64_t wait_ms) {
  COUPON_TRY(impl_->prepare_poll());
  impl_->gathered.clear();
  COUPON_TRY(impl_->gather(limit, wait_ms));
  COUPON_TRY(impl_->doubt_emptiness());
  return std::exchange(impl_->gathered, {});
}

Result<> Consumer::commit(const Offsets& next) {
  auto& impl = *impl_;
  if (!impl.floors_known) {
    COUPON_TRY(impl.load_floors(impl.assigned()));
  }
  Offsets wanted;
  for (const auto& [partition, offset] : next) {
    const auto floor = impl.floors.find(partition);
    if (floor == impl.floors.end()) {
      impl.passed_over.add();
    } else if (offset > floor->second) {
      wanted[partition] = offset;
    }
  }
  if (wanted.empty()) return {};
  auto done = impl.send_commit(wanted);
  if (!done) {
    impl.floors_known = false;
    impl.going_back = true;
  }
  return done;
}

Result<> Consumer::rewind() {
  if (!impl_->joined) return {};
  impl_->going_back = true;
  return impl_->go_back();
}

Result<> Consumer::hold(std::int32_t partition) {
  if (!impl_->next.contains(partition) || !impl_->held.insert(partition).second) return {};
  const auto list = make_list(impl_->settings.topic, {{partition, 0}});
  const auto code = rd_kafka_pause_partitions(impl_->client.get(), list.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return failed(code, fmt::format("pause of partition {}", partition));
}

Result<Offsets> Consumer::end() {
  auto& impl = *impl_;
  const auto partitions = partitions_of(impl.client.get(), impl.topic.get(), impl.config.request_timeout_ms);
  if (!partitions) return std::unexpected(partitions.error());
  return edge_offsets(impl.client.get(), impl.settings.topic, *partitions, Edge::kHigh, impl.config.request_timeout_ms);
}

Result<Offsets> Consumer::committed() {
  auto& impl = *impl_;
  const auto partitions = partitions_of(impl.client.get(), impl.topic.get(), impl.config.request_timeout_ms);
  if (!partitions) return std::unexpected(partitions.error());
  const auto found = impl.positions(*partitions);
  if (!found) return std::unexpected(found.error());
  Offsets offsets;
  for (const auto& [partition, position] : *found) offsets[partition] = position.next;
  return offsets;
}

}  // namespace coupon::net::kafka
