#pragma once
// Internal: partitions and offsets of one topic, asked of the brokers. All of it blocks up to `timeout_ms`.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/kafka/rdkafka.hpp"
#include "net/kafka/record.hpp"

namespace coupon::net::kafka {

/// Numbers of all partitions. kNotFound when there is no such topic, kUnavailable when no partition has a leader.
[[nodiscard]] base::Result<std::vector<std::int32_t>> partitions_of(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                                                    std::int64_t timeout_ms);

enum class Edge { kLow, kHigh };
/// First offset that is still there, or the end, of each partition.
[[nodiscard]] base::Result<Offsets> edge_offsets(rd_kafka_t* client, const std::string& topic,
                                                 const std::vector<std::int32_t>& partitions, Edge edge,
                                                 std::int64_t timeout_ms);

/// What the client's group has committed; partitions without a commit are left out.
[[nodiscard]] base::Result<Offsets> committed_offsets(rd_kafka_t* client, const std::string& topic,
                                                      const std::vector<std::int32_t>& partitions,
                                                      std::int64_t timeout_ms);

[[nodiscard]] PartitionList make_list(const std::string& topic, const Offsets& offsets);

}  // namespace coupon::net::kafka
