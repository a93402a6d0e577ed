#include <fmt/format.h>
#include <utility>

#include "base/log.hpp"
#include "net/kafka/consumer_impl.hpp"
#include "net/kafka/error.hpp"
#include "net/kafka/offsets.hpp"

// Partitions come and go as a whole (the range and roundrobin strategies): a new assignment replaces the old one.

namespace coupon::net::kafka {

using base::Result;

void Consumer::Impl::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                                  rd_kafka_topic_partition_list_t* partitions, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    impl.assign(*partitions);
    return;
  }
  if (code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    base::log::warn("kafka: group '{}': {}", impl.settings.group, rd_kafka_err2str(code));
  }
  impl.revoke();
  rd_kafka_assign(client, nullptr);
}

void Consumer::Impl::on_error(rd_kafka_t* /*client*/, int code, const char* text, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  impl.suspicious = true;
  base::log::debug("kafka: group '{}': {}: {}", impl.settings.group,
                   rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code)), text);
}

void Consumer::Impl::assign(rd_kafka_topic_partition_list_t& partitions) {
  revoke();
  rebalances.add();
  std::vector<std::int32_t> mine;
  for (int i = 0; i < partitions.cnt; ++i) mine.push_back(partitions.elems[i].partition);
  const auto known = load_floors(mine);
  if (!known) {
    base::log::warn("kafka: group '{}': where to go on is not known yet: {}", settings.group, known.error().message);
    // Nothing is delivered before go_back has found out.
    for (const auto partition : mine) floors[partition] = next[partition] = 0;
    floors_known = false;
    going_back = true;
  }
  for (int i = 0; i < partitions.cnt; ++i) {
    if (known) partitions.elems[i].offset = floors.at(partitions.elems[i].partition);
  }
  const auto code = rd_kafka_assign(client.get(), &partitions);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    base::log::error("kafka: group '{}': {}", settings.group, rd_kafka_err2str(code));
  }
}

// Nothing is committed here: commits are synchronous, right after the records were stored. Who has the partitions next
// gets again what was not.
void Consumer::Impl::revoke() {
  floors.clear();
  next.clear();
  gathered.clear();
  held.clear();  // a new assignment is not paused
  going_back = false;
  floors_known = true;
}

std::vector<std::int32_t> Consumer::Impl::assigned() const {
  std::vector<std::int32_t> partitions;
  for (const auto& [partition, offset] : next) partitions.push_back(partition);
  return partitions;
}

Result<> Consumer::Impl::load_floors(const std::vector<std::int32_t>& partitions) {
  const auto found = positions(partitions);
  if (!found) return std::unexpected(found.error());
  for (const auto& [partition, position] : *found) {
    floors[partition] = position.next;
    next.try_emplace(partition, position.next);
  }
  floors_known = true;
  return {};
}

Result<> Consumer::Impl::go_back() {
  if (!floors_known) {
    COUPON_TRY(load_floors(assigned()));
  }
  if (!floors.empty()) {
    const auto what = fmt::format("rewind of group '{}'", settings.group);
    const auto list = make_list(settings.topic, floors);
    const Failure failure(
        rd_kafka_seek_partitions(client.get(), list.get(), static_cast<int>(config.request_timeout_ms)));
    if (failure) return failed(rd_kafka_error_code(failure.get()), what);
    for (int i = 0; i < list->cnt; ++i) {
      if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(list->elems[i].err, what);
    }
  }
  COUPON_TRY(let_go());
  next = floors;
  going_back = false;
  return {};
}

Result<> Consumer::Impl::let_go() {
  if (held.empty()) return {};
  Offsets partitions;
  for (const auto partition : held) partitions[partition] = 0;
  const auto code = rd_kafka_resume_partitions(client.get(), make_list(settings.topic, partitions).get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(code, "resuming partitions");
  held.clear();
  return {};
}

Result<std::map<std::int32_t, Position>> Consumer::Impl::positions(const std::vector<std::int32_t>& partitions) {
  const auto timeout_ms = config.request_timeout_ms;
  const auto low = edge_offsets(client.get(), settings.topic, partitions, Edge::kLow, timeout_ms);
  if (!low) return std::unexpected(low.error());
  const auto committed = committed_offsets(client.get(), settings.topic, partitions, timeout_ms);
  if (!committed) return std::unexpected(committed.error());
  const auto high = edge_offsets(client.get(), settings.topic, partitions, Edge::kHigh, timeout_ms);
  if (!high) return std::unexpected(high.error());
  std::map<std::int32_t, Position> found;
  for (const auto partition : partitions) {
    const auto done = committed->find(partition);
    const auto known = done == committed->end() ? std::nullopt : std::optional(done->second);
    const auto position = resolve(known, low->at(partition), high->at(partition));
    if (known) report(partition, position, *known);
    found[partition] = position;
  }
  return found;
}

void Consumer::Impl::report(std::int32_t partition, const Position& position, std::int64_t committed) {
  if (position.lost == 0 && !position.foreign) return;
  const auto [at, first] = reported.try_emplace(partition, position.next);
  if (!first && at->second == position.next) return;
  at->second = position.next;
  if (position.foreign) {
    base::log::error("kafka: {}/{}: group '{}' is at {}, beyond the end: not the topic it has read; all of it again",
                     settings.topic, partition, settings.group, committed);
  } else {
    report_gap(partition, committed, position.next);
  }
}

void Consumer::Impl::report_gap(std::int32_t partition, std::int64_t expected, std::int64_t found) {
  lost.add(static_cast<double>(found - expected));
  base::log::error(
      "kafka: {}/{}: records {} to {} are gone before group '{}' read them: retention.ms is too short, or the worker "
      "was away too long. Run couponctl reconcile",
      settings.topic, partition, expected, found - 1, settings.group);
}

}  // namespace coupon::net::kafka
