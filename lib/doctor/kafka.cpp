#include <algorithm>
#include <fmt/format.h>
#include <string>

#include "doctor/checks.hpp"
#include "net/kafka/admin.hpp"

namespace coupon::doctor {

namespace {

constexpr std::int64_t kRetentionWantedMs = 86'400'000;  // one day without workers

std::string config_of(const net::kafka::TopicState& topic, const std::string& name) {
  const auto it = topic.configs.find(name);
  return it == topic.configs.end() ? std::string("unknown") : it->second;
}

void check_replication(const net::kafka::TopicState& topic, Findings& findings) {
  std::int32_t replicas = 0;
  bool led = !topic.partitions.empty();
  bool in_sync = led;
  for (const auto& partition : topic.partitions) {
    replicas = replicas == 0 ? partition.replicas : std::min(replicas, partition.replicas);
    led = led && partition.leader >= 0;
    in_sync = in_sync && partition.in_sync == partition.replicas;
  }
  findings.expect("leaders", led, fmt::format("{} partitions", topic.partitions.size()), Verdict::kBad,
                  "a partition has no leader: see the brokers' logs");
  findings.expect("in sync", in_sync, in_sync ? "all replicas" : "some replicas are behind", Verdict::kWarn,
                  "see the brokers' logs");
  const auto min = config_of(topic, "min.insync.replicas");
  const bool safe = replicas >= 3 && min != "1";
  findings.expect(
      "replication", safe, fmt::format("{} replicas, min.insync.replicas {}", replicas, min), Verdict::kWarn,
      "replication 3 with min.insync.replicas 2: one broker alone can lose what it acknowledged in a power cut");
}

void check_settings(const net::kafka::TopicState& topic, Findings& findings) {
  const auto policy = config_of(topic, "cleanup.policy");
  findings.expect("cleanup", policy == "delete", "cleanup.policy " + policy, Verdict::kBad,
                  "cleanup.policy=delete: compaction drops grants of the same member");
  const auto unclean = config_of(topic, "unclean.leader.election.enable");
  findings.expect("unclean election", unclean == "false", unclean, Verdict::kBad,
                  "unclean.leader.election.enable=false: it forgets what was acknowledged");
  const auto retention = config_of(topic, "retention.ms");
  std::int64_t ms = -1;
  try {
    ms = std::stoll(retention);
  } catch (const std::exception&) {
    findings.add("retention", Verdict::kUnknown, retention, "look at retention.ms");
    return;
  }
  findings.expect("retention", ms < 0 || ms >= kRetentionWantedMs, fmt::format("{} ms", retention), Verdict::kWarn,
                  "retention.ms must exceed the longest time without workers; a day at least");
}

}  // namespace

void examine_kafka(const profile::Servers& servers, std::vector<Check>& all) {
  Findings findings(all, "kafka");
  auto admin = net::kafka::Admin::open(servers.kafka);
  if (!admin) {
    findings.add("settings", Verdict::kBad, admin.error().message, "mend --journal or --journal-properties");
    return;
  }
  const auto topic = (*admin)->describe(servers.topics.grants);
  if (!topic) {
    const bool missing = topic.error().code == base::Errc::kNotFound;
    findings.add(missing ? "topic" : "connection", Verdict::kBad, topic.error().message,
                 missing ? "couponctl topics create" : "check --journal, its password, and that Kafka runs");
    return;
  }
  findings.good("topic", servers.topics.grants);
  check_replication(*topic, findings);
  check_settings(*topic, findings);
  const auto lag = (*admin)->lag(servers.topics.grants, servers.consumer.group);
  if (!lag) {
    findings.add("lag", Verdict::kUnknown, lag.error().message, "");
    return;
  }
  std::int64_t sum = 0;
  bool lost = false;
  for (const auto& one : *lag) {
    sum += std::max<std::int64_t>(one.end - std::max(one.committed.value_or(one.low), one.low), 0);
    lost = lost || (one.committed && *one.committed < one.low);
  }
  findings.good("lag", fmt::format("{} records", sum));
  findings.expect("unread records", !lost, lost ? "some were deleted unread" : "none deleted", Verdict::kBad,
                  "retention was shorter than the workers were away: couponctl reconcile --apply publishes them again");
}

}  // namespace coupon::doctor
