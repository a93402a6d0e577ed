// couponctl topics create|lag

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "couponctl/arguments.hpp"
#include "couponctl/commands.hpp"
#include "couponctl/session.hpp"
#include "profile/topics.hpp"

namespace coupon::ctl {

namespace {

constexpr std::int64_t kPartitionsMax = 10'000;
constexpr std::int64_t kReplicasMax = 100;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kHoursMax = 24 * 365 * 100;

int create(Session& session, const profile::TopicChoice& choice) {
  const auto topics = profile::create_topics(session.engine_config(), choice);
  if (!topics) return session.fail(topics.error());
  base::Table table{{"topic", "result"}, {}};
  for (const auto& topic : *topics) table.rows.push_back({topic.name, std::string(topic.made ? "created" : "exists")});
  session.print(table);
  return kOk;
}

int lag(Session& session) {
  const auto rows = profile::topic_lag(session.engine_config());
  if (!rows) return session.fail(rows.error());
  base::Table table{{"topic", "partition", "committed", "end", "lag"}, {}};
  std::int64_t sum = 0;
  for (const auto& row : *rows) {
    sum += row.lag;
    table.rows.push_back({row.topic, static_cast<std::int64_t>(row.partition), row.committed, row.end, row.lag});
  }
  session.print(table);
  session.note(fmt::format("lag {} records", sum));
  return kOk;
}

}  // namespace

void add_topics_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("topics", "the journal's topics in Kafka");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n  couponctl topics create --partitions 12 --replication 3 --min-in-sync 2\n  couponctl topics lag");
  auto* make = group->add_subcommand("create", "make the topics that are missing; those that exist stay as they are");
  auto choice = std::make_shared<profile::TopicChoice>();
  auto hours = std::make_shared<std::int64_t>(choice->retention_ms / kHourMs);
  add_number(*make, "--partitions", choice->partitions, 1, kPartitionsMax, "of each topic [6]");
  add_number(*make, "--replication", choice->replication, 1, kReplicasMax, "brokers that keep each record [1]");
  add_number(*make, "--min-in-sync", choice->min_in_sync, 1, kReplicasMax,
             "brokers that must have a record before it is acknowledged [1]");
  add_number(*make, "--retention-hours", *hours, 1, kHoursMax, "longer than workers can ever be away [168]");
  make->callback([&session, choice, hours] {
    choice->retention_ms = *hours * kHourMs;
    session.run_later([&session, choice] { return create(session, *choice); });
  });
  group->add_subcommand("lag", "how far the ledger is behind, by partition")->callback([&session] {
    session.run_later([&session] { return lag(session); });
  });
}

}  // namespace coupon::ctl
