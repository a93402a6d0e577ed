#pragma once
// The journal's topics, for the operator's commands. Embedded stores have none: kInvalid.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "profile/config.hpp"

namespace coupon::profile {

struct TopicChoice {
  std::int64_t partitions = 6;
  std::int64_t replication = 1;
  std::int64_t min_in_sync = 1;
  std::int64_t retention_ms = 604'800'000;
};

struct TopicMade {
  std::string name;
  bool made = false;  ///< false: it was there
};

/// Makes what is missing of the topics of grants, of what was issued, and of copies of dead letters. Blocks.
[[nodiscard]] base::Result<std::vector<TopicMade>> create_topics(const EngineConfig& config, const TopicChoice& choice);

struct LagRow {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t committed = 0;
  std::int64_t end = 0;
  std::int64_t lag = 0;
};

/// How far the ledger's group is behind, by partition. Blocks.
[[nodiscard]] base::Result<std::vector<LagRow>> topic_lag(const EngineConfig& config);

}  // namespace coupon::profile
