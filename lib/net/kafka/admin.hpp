#pragma once
// Administration of topics, for the operator's commands.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/kafka/config.hpp"

namespace coupon::net::kafka {

struct TopicPlan {
  std::string name;
  std::int32_t partitions = 3;
  std::int32_t replication = 1;
  std::int32_t min_in_sync = 1;             ///< 2 with replication 3: one broker may fail, and nothing is lost
  std::int64_t retention_ms = 604'800'000;  ///< must exceed the longest time that a worker may be away
};

struct PartitionState {
  std::int32_t id = 0;
  std::int32_t leader = -1;  ///< broker; -1: none
  std::int32_t replicas = 0;
  std::int32_t in_sync = 0;
};

struct TopicState {
  std::string name;
  std::vector<PartitionState> partitions;
  std::map<std::string, std::string> configs;  ///< all of them, as in force
};

struct PartitionLag {
  std::int32_t partition = 0;
  std::int64_t low = 0;  ///< first record that is still there
  std::int64_t end = 0;
  std::optional<std::int64_t> committed;
};

/// Blocks, each call up to Config::request_timeout_ms for each of its questions. One thread at a time.
class Admin {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Admin>> open(const Config& config);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  /// With cleanup.policy=delete and without unclean leader election. Returns when every partition has a leader.
  /// kConflict: it exists.
  [[nodiscard]] base::Result<> create(const TopicPlan& plan);
  [[nodiscard]] base::Result<> remove(const std::string& topic);
  [[nodiscard]] base::Result<TopicState> describe(const std::string& topic);
  /// Of every partition. The group need not exist.
  [[nodiscard]] base::Result<std::vector<PartitionLag>> lag(const std::string& topic, const std::string& group);

 private:
  struct Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coupon::net::kafka
