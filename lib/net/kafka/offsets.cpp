#include "net/kafka/offsets.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "net/kafka/error.hpp"

namespace coupon::net::kafka {

using base::Result;

namespace {

using SteadyClock = std::chrono::steady_clock;
// Between attempts while a leader or a coordinator moves.
constexpr std::chrono::milliseconds kOffsetsPause(50);

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Freer<rd_kafka_metadata_destroy>>;

rd_kafka_resp_err_t worst_of(const rd_kafka_topic_partition_list_t& list) {
  for (int i = 0; i < list.cnt; ++i) {
    if (list.elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list.elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

Offsets read_list(const rd_kafka_topic_partition_list_t& list) {
  Offsets found;
  for (int i = 0; i < list.cnt; ++i) {
    if (list.elems[i].offset >= 0) found[list.elems[i].partition] = list.elems[i].offset;
  }
  return found;
}

int wait_of(SteadyClock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 1));
}

PartitionList list_all(const std::string& topic, const std::vector<std::int32_t>& partitions, std::int64_t offset) {
  Offsets offsets;
  for (const auto partition : partitions) offsets[partition] = offset;
  return make_list(topic, offsets);
}

}  // namespace

PartitionList make_list(const std::string& topic, const Offsets& offsets) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  }
  return list;
}

Result<std::vector<std::int32_t>> partitions_of(rd_kafka_t* client, rd_kafka_topic_t* topic, std::int64_t timeout_ms) {
  const auto what = fmt::format("topic '{}'", rd_kafka_topic_name(topic));
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(client, 0, topic, &raw, static_cast<int>(timeout_ms));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, what);
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) return failed(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, what);
  const auto& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(found.err, what);
  std::vector<std::int32_t> partitions;
  bool led = false;
  for (int i = 0; i < found.partition_cnt; ++i) {
    partitions.push_back(found.partitions[i].id);
    led = led || found.partitions[i].leader >= 0;
  }
  if (!led) return failed(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, what);
  return partitions;
}

Result<Offsets> edge_offsets(rd_kafka_t* client, const std::string& topic, const std::vector<std::int32_t>& partitions,
                             Edge edge, std::int64_t timeout_ms) {
  if (partitions.empty()) return Offsets{};
  const auto what = fmt::format("offsets of '{}'", topic);
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    // One request for all partitions of a broker; these two stand for the edges where a time is asked for.
    const auto list = list_all(topic, partitions, edge == Edge::kLow ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END);
    const auto code = rd_kafka_offsets_for_times(client, list.get(), wait_of(until));
    const auto worst = code == RD_KAFKA_RESP_ERR_NO_ERROR ? worst_of(*list) : code;
    if (!is_leader_moving(worst) || SteadyClock::now() >= until) {
      return worst == RD_KAFKA_RESP_ERR_NO_ERROR ? Result<Offsets>(read_list(*list)) : failed(worst, what);
    }
    std::this_thread::sleep_for(kOffsetsPause);
  }
}

Result<Offsets> committed_offsets(rd_kafka_t* client, const std::string& topic,
                                  const std::vector<std::int32_t>& partitions, std::int64_t timeout_ms) {
  if (partitions.empty()) return Offsets{};
  const auto what = fmt::format("committed offsets of '{}'", topic);
  const auto until = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    const auto list = list_all(topic, partitions, RD_KAFKA_OFFSET_INVALID);
    const auto code = rd_kafka_committed(client, list.get(), wait_of(until));
    const auto worst = code == RD_KAFKA_RESP_ERR_NO_ERROR ? worst_of(*list) : code;
    if (!is_coordinator_moving(worst) || SteadyClock::now() >= until) {
      return worst == RD_KAFKA_RESP_ERR_NO_ERROR ? Result<Offsets>(read_list(*list)) : failed(worst, what);
    }
    std::this_thread::sleep_for(kOffsetsPause);
  }
}

}  // namespace coupon::net::kafka
