#include "net/kafka/admin.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <utility>

#include "net/kafka/conf.hpp"
#include "net/kafka/error.hpp"
#include "net/kafka/offsets.hpp"

namespace coupon::net::kafka {

using base::Errc;
using base::Result;

namespace {

using SteadyClock = std::chrono::steady_clock;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Freer<rd_kafka_metadata_destroy>>;
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Freer<rd_kafka_DeleteTopic_destroy>>;

// Between looks at whether a new topic is there.
constexpr std::chrono::milliseconds kPause(20);

Result<> topic_outcome(const rd_kafka_topic_result_t** topics, std::size_t count, const std::string& what) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(topics[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const auto* const text = rd_kafka_topic_result_error_string(topics[i]);
    return failed(code, text == nullptr ? what : fmt::format("{}: {}", what, text));
  }
  return {};
}

std::map<std::string, std::string> read_configs(const rd_kafka_ConfigResource_t& resource) {
  std::map<std::string, std::string> found;
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(&resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const value = rd_kafka_ConfigEntry_value(entries[i]);
    found[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  return found;
}

Result<NewTopic> new_topic(const TopicPlan& plan) {
  std::array<char, kMessageBytes> text{};
  NewTopic topic(rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, plan.replication, text.data(), text.size()));
  if (!topic) return base::fail(Errc::kInvalid, fmt::format("topic '{}': {}", plan.name, text.data()));
  const std::map<std::string, std::string> configs = {{"cleanup.policy", "delete"},
                                                      {"unclean.leader.election.enable", "false"},
                                                      {"min.insync.replicas", std::to_string(plan.min_in_sync)},
                                                      {"retention.ms", std::to_string(plan.retention_ms)}};
  for (const auto& [name, value] : configs) {
    const auto code = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, fmt::format("topic '{}': {}", plan.name, name));
  }
  return topic;
}

}  // namespace

struct Admin::Impl {
  explicit Impl(const Config& cluster) : config(cluster) {}

  [[nodiscard]] Result<> open() {
    auto made = Conf(config).create(RD_KAFKA_PRODUCER);
    if (!made) return std::unexpected(std::move(made.error()));
    client = std::move(*made);
    return {};
  }

  /// Sends with `start(options, queue)` and waits for the answer.
  template <class Start>
  [[nodiscard]] Result<Event> ask(rd_kafka_admin_op_t operation, const std::string& what, Start start) {
    const auto timeout_ms = static_cast<int>(config.request_timeout_ms);
    const AdminOptions options(rd_kafka_AdminOptions_new(client.get(), operation));
    const Queue queue(rd_kafka_queue_new(client.get()));
    const auto code = rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, nullptr, 0);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, what);
    start(options.get(), queue.get());
    // librdkafka keeps the time; this one is only a second bound.
    Event event(rd_kafka_queue_poll(queue.get(), 2 * timeout_ms));
    if (!event) return failed(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
    const auto outcome = rd_kafka_event_error(event.get());
    if (outcome != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(outcome, what);
    return event;
  }

  [[nodiscard]] Result<TopicState> partitions(const std::string& name) {
    const auto what = fmt::format("topic '{}'", name);
    const Topic topic(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
    if (!topic) return failed(rd_kafka_last_error(), what);
    const rd_kafka_metadata_t* raw = nullptr;
    const auto code =
        rd_kafka_metadata(client.get(), 0, topic.get(), &raw, static_cast<int>(config.request_timeout_ms));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, what);
    const Metadata metadata(raw);
    if (metadata->topic_cnt != 1) return failed(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, what);
    const auto& found = metadata->topics[0];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(found.err, what);
    TopicState state{name, {}, {}};
    for (int i = 0; i < found.partition_cnt; ++i) {
      const auto& one = found.partitions[i];
      state.partitions.push_back({one.id, one.leader, one.replica_cnt, one.isr_cnt});
    }
    return state;
  }

  [[nodiscard]] Result<> wait_for(const std::string& name) {
    const auto until = SteadyClock::now() + std::chrono::milliseconds(config.request_timeout_ms);
    for (;;) {
      const auto state = partitions(name);
      const bool led = state && std::ranges::all_of(state->partitions, [](const auto& one) { return one.leader >= 0; });
      if (led) return {};
      if (SteadyClock::now() >= until) {
        return state ? failed(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, fmt::format("topic '{}'", name))
                     : std::unexpected(state.error());
      }
      std::this_thread::sleep_for(kPause);
    }
  }

  const Config config;
  Client client;
};

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

Result<std::unique_ptr<Admin>> Admin::open(const Config& config) {
  auto impl = std::make_unique<Impl>(config);
  COUPON_TRY(impl->open());
  return std::unique_ptr<Admin>(new Admin(std::move(impl)));
}

Result<> Admin::create(const TopicPlan& plan) {
  auto topic = new_topic(plan);
  if (!topic) return std::unexpected(std::move(topic.error()));
  const auto what = fmt::format("creation of topic '{}'", plan.name);
  auto* raw = topic->get();
  const auto event = impl_->ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, what, [&](auto* options, auto* queue) {
    rd_kafka_CreateTopics(impl_->client.get(), &raw, 1, options, queue);
  });
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto** topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  COUPON_TRY(topic_outcome(topics, count, what));
  return impl_->wait_for(plan.name);
}

Result<> Admin::remove(const std::string& topic) {
  const DeleteTopic deletion(rd_kafka_DeleteTopic_new(topic.c_str()));
  const auto what = fmt::format("removal of topic '{}'", topic);
  auto* raw = deletion.get();
  const auto event = impl_->ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, what, [&](auto* options, auto* queue) {
    rd_kafka_DeleteTopics(impl_->client.get(), &raw, 1, options, queue);
  });
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto** topics = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event->get()), &count);
  return topic_outcome(topics, count, what);
}

Result<TopicState> Admin::describe(const std::string& topic) {
  auto state = impl_->partitions(topic);
  if (!state) return state;
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const auto what = fmt::format("configuration of topic '{}'", topic);
  auto* raw = resource.get();
  const auto event = impl_->ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what, [&](auto* options, auto* queue) {
    rd_kafka_DescribeConfigs(impl_->client.get(), &raw, 1, options, queue);
  });
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto** found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  if (count != 1) return failed(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, what);
  const auto code = rd_kafka_ConfigResource_error(found[0]);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, what);
  state->configs = read_configs(*found[0]);
  return state;
}

Result<std::vector<PartitionLag>> Admin::lag(const std::string& topic, const std::string& group) {
  const auto state = impl_->partitions(topic);
  if (!state) return std::unexpected(state.error());
  std::vector<std::int32_t> partitions;
  for (const auto& one : state->partitions) partitions.push_back(one.id);
  // It never subscribes, so the group does not notice.
  auto member = Conf(impl_->config).set("group.id", group).create(RD_KAFKA_CONSUMER);
  if (!member) return std::unexpected(std::move(member.error()));
  const auto timeout_ms = impl_->config.request_timeout_ms;
  const auto edge = [&](Edge which) {
    auto offsets = edge_offsets(member->get(), topic, partitions, which, timeout_ms);
    if (offsets || offsets.error().code != Errc::kNotFound) return offsets;
    // They were listed a moment ago: librdkafka does not know partitions that it does not hear of in time.
    return Result<Offsets>(failed(RD_KAFKA_RESP_ERR__TIMED_OUT, fmt::format("offsets of '{}'", topic)));
  };
  const auto low = edge(Edge::kLow);
  if (!low) return std::unexpected(low.error());
  const auto committed = committed_offsets(member->get(), topic, partitions, timeout_ms);
  if (!committed) return std::unexpected(committed.error());
  const auto end = edge(Edge::kHigh);
  if (!end) return std::unexpected(end.error());
  std::vector<PartitionLag> lags;
  for (const auto partition : partitions) {
    const auto done = committed->find(partition);
    lags.push_back({partition, low->at(partition), end->at(partition),
                    done == committed->end() ? std::nullopt : std::optional(done->second)});
  }
  return lags;
}

}  // namespace coupon::net::kafka
