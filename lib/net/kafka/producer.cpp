#include "net/kafka/producer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <fmt/format.h>
#include <limits>
#include <thread>
#include <utility>

#include "net/kafka/conf.hpp"
#include "net/kafka/delivery.hpp"
#include "net/kafka/error.hpp"
#include "net/kafka/watch.hpp"

namespace coupon::net::kafka {

using base::Errc;
using base::Result;

namespace {

constexpr int kPollMs = 100;
constexpr std::int64_t kWatchTimeoutMsMax = 1'000;
// How long a topic that was just made may be unknown to some broker.
constexpr std::int64_t kPropagationMs = 3'000;

Headers copy_headers(const std::vector<Header>& headers) {
  Headers copied(rd_kafka_headers_new(headers.size()));
  for (const auto& header : headers) {
    rd_kafka_header_add(copied.get(), header.name.data(), static_cast<ssize_t>(header.name.size()), header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  }
  return copied;
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, const std::string& content) {
  rd_kafka_vu_t unit{};
  unit.vtype = type;
  unit.u.mem = {const_cast<char*>(content.data()), content.size()};  // NOLINT: only read, RD_KAFKA_MSG_F_COPY
  return unit;
}

rd_kafka_resp_err_t produce(rd_kafka_t* client, rd_kafka_topic_t* topic, const Record& record, Slot& slot) {
  std::array<rd_kafka_vu_t, 6> units{};
  units[0].vtype = RD_KAFKA_VTYPE_RKT;
  units[0].u.rkt = topic;
  units[1] = bytes(RD_KAFKA_VTYPE_KEY, record.key);
  units[2] = bytes(RD_KAFKA_VTYPE_VALUE, record.value);
  units[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  units[3].u.i = RD_KAFKA_MSG_F_COPY;
  units[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  units[4].u.ptr = &slot;
  auto headers = copy_headers(record.headers);
  units[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  units[5].u.headers = headers.get();
  const Failure failure(rd_kafka_produceva(client, units.data(), units.size()));
  if (failure) return rd_kafka_error_code(failure.get());
  headers.release();  // NOLINT(bugprone-unused-return-value): the message owns them now
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void refuse(base::Executor& executor, Producer::Done done, base::Error error) {
  executor.post(
      [error = std::move(error), done = std::move(done)]() mutable { done(std::unexpected(std::move(error))); });
}

}  // namespace

struct Producer::Impl {
  Impl(const ProducerConfig& chosen, base::Metrics& metrics) : settings(chosen), deliveries(chosen, metrics) {}
  ~Impl() { stop(); }

  [[nodiscard]] Result<> open(const Config& config, const std::vector<std::string>& names);
  [[nodiscard]] rd_kafka_topic_t* topic(std::string_view name) const;
  void poll_loop();
  void drain();
  void stop();

  static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static void on_error(rd_kafka_t* client, int code, const char* text, void* self);

  const ProducerConfig settings;
  Deliveries deliveries;
  Client client;
  std::vector<std::pair<std::string, Topic>> topics;
  std::unique_ptr<Watch> watch;
  std::atomic<bool> stopping{false};
  std::thread poller;
};

Result<> Producer::Impl::open(const Config& config, const std::vector<std::string>& names) {
  Conf conf(config);
  conf.set("acks", "all").set("enable.idempotence", "false").set("partitioner", "murmur2_random");
  conf.set("linger.ms", settings.linger_ms).set("compression.type", settings.compression);
  conf.set("message.timeout.ms", settings.message_timeout_ms);
  // Deliveries counts: for librdkafka the queue is never full, so that a batch is never taken in part.
  conf.set("queue.buffering.max.messages", std::int64_t{0});
  conf.set("queue.buffering.max.kbytes", std::int64_t{std::numeric_limits<std::int32_t>::max()});
  conf.set("topic.metadata.propagation.max.ms", std::min(kPropagationMs, settings.message_timeout_ms));
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  auto made = conf.create(RD_KAFKA_PRODUCER);
  if (!made) return std::unexpected(std::move(made.error()));
  client = std::move(*made);

  std::vector<rd_kafka_topic_t*> watched;
  for (const auto& name : names) {
    Topic one(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
    if (!one) return failed(rd_kafka_last_error(), fmt::format("topic '{}'", name));
    watched.push_back(one.get());
    topics.emplace_back(name, std::move(one));
  }
  watch = std::make_unique<Watch>(client.get(), std::move(watched), settings.check_ms,
                                  std::min(config.request_timeout_ms, kWatchTimeoutMsMax));
  poller = std::thread([this] { poll_loop(); });
  return {};
}

rd_kafka_topic_t* Producer::Impl::topic(std::string_view name) const {
  const auto at = std::ranges::find(topics, name, [](const auto& one) -> std::string_view { return one.first; });
  return at == topics.end() ? nullptr : at->second.get();
}

void Producer::Impl::on_delivery(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* self) {
  static_cast<Impl*>(self)->deliveries.settle(*static_cast<Slot*>(message->_private), message->err);
}

void Producer::Impl::on_error(rd_kafka_t* /*client*/, int code, const char* text, void* self) {
  static_cast<Impl*>(self)->watch->complain(static_cast<rd_kafka_resp_err_t>(code), text);
}

void Producer::Impl::poll_loop() {
  while (!stopping) {
    rd_kafka_poll(client.get(), kPollMs);
    deliveries.hand_out();
  }
  drain();
}

void Producer::Impl::drain() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(settings.stop_ms);
  while (deliveries.in_flight() > 0) {
    if (std::chrono::steady_clock::now() >= until) {
      rd_kafka_purge(client.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    rd_kafka_poll(client.get(), 1);
    deliveries.hand_out();
  }
}

void Producer::Impl::stop() {
  deliveries.close();
  stopping = true;
  if (poller.joinable()) poller.join();
  if (watch) watch->end();
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::~Producer() = default;

Result<std::unique_ptr<Producer>> Producer::open(const Config& config, const ProducerConfig& settings,
                                                 const std::vector<std::string>& topics, base::Metrics& metrics) {
  auto impl = std::make_unique<Impl>(settings, metrics);
  COUPON_TRY(impl->open(config, topics));
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

void Producer::send(std::string_view topic, const std::vector<Record>& records, base::Executor& executor, Done done) {
  auto* const target = impl_->topic(topic);
  if (target == nullptr) {
    return refuse(executor, std::move(done),
                  {Errc::kInvalid, fmt::format("this producer was not opened for topic '{}'", topic)});
  }
  if (records.empty()) {
    return executor.post([done = std::move(done)]() mutable { done(std::vector<bool>()); });
  }
  const auto size = bytes_of(records);
  if (auto room = impl_->deliveries.reserve(records.size(), size); !room) {
    return refuse(executor, std::move(done), std::move(room.error()));
  }
  // The last record to be settled ends the batch, maybe before this loop does.
  auto* const batch = std::make_unique<Batch>(records.size(), size, executor, std::move(done)).release();
  auto* const slots = batch->slots.data();
  bool any_refused = false;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto code = produce(impl_->client.get(), target, records[i], slots[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    any_refused = true;
    impl_->deliveries.settle(slots[i], code);
  }
  if (any_refused) impl_->deliveries.hand_out();
}

Result<> Producer::room() const { return impl_->deliveries.room(); }

std::string Producer::ready() const {
  if (impl_->stopping) return "the Kafka producer has stopped";
  auto reason = impl_->watch->reason();
  return reason.empty() ? impl_->deliveries.failing() : reason;
}

std::int64_t Producer::in_flight() const { return impl_->deliveries.in_flight(); }

void Producer::stop() { impl_->stop(); }

}  // namespace coupon::net::kafka
