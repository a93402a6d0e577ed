#include "profile/topics.hpp"

#include <algorithm>

#include "net/kafka/admin.hpp"
#include "profile/servers.hpp"

namespace coupon::profile {

using base::Errc;
using base::Result;

namespace {

Result<Servers> servers_with_journal(const EngineConfig& config) {
  if (config.embedded()) {
    return base::fail(Errc::kInvalid, "an embedded store has no topics: give --gate, --journal and --ledger");
  }
  return servers_of(config);
}

}  // namespace

Result<std::vector<TopicMade>> create_topics(const EngineConfig& config, const TopicChoice& choice) {
  const auto servers = servers_with_journal(config);
  if (!servers) return std::unexpected(servers.error());
  auto admin = net::kafka::Admin::open(servers->kafka);
  if (!admin) return std::unexpected(admin.error());
  std::vector<TopicMade> topics;
  for (const auto& name : servers->topics.all()) {
    net::kafka::TopicPlan plan;
    plan.name = name;
    plan.partitions = static_cast<std::int32_t>(choice.partitions);
    plan.replication = static_cast<std::int32_t>(choice.replication);
    plan.min_in_sync = static_cast<std::int32_t>(choice.min_in_sync);
    plan.retention_ms = choice.retention_ms;
    const auto made = (*admin)->create(plan);
    if (!made && made.error().code != Errc::kConflict) return std::unexpected(made.error());
    topics.push_back({name, made.has_value()});
  }
  return topics;
}

Result<std::vector<LagRow>> topic_lag(const EngineConfig& config) {
  const auto servers = servers_with_journal(config);
  if (!servers) return std::unexpected(servers.error());
  auto admin = net::kafka::Admin::open(servers->kafka);
  if (!admin) return std::unexpected(admin.error());
  const auto partitions = (*admin)->lag(servers->topics.grants, servers->consumer.group);
  if (!partitions) return std::unexpected(partitions.error());
  std::vector<LagRow> rows;
  for (const auto& one : *partitions) {
    const auto committed = std::max(one.committed.value_or(one.low), one.low);
    rows.push_back(
        {servers->topics.grants, one.partition, committed, one.end, std::max<std::int64_t>(one.end - committed, 0)});
  }
  return rows;
}

}  // namespace coupon::profile
