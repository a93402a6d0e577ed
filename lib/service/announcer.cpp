#include "service/announcer.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace coupon::service {

using base::Errc;
using base::Result;

namespace {

constexpr std::size_t kKeyCut = 1'024;
constexpr std::size_t kValueCut = 16'384;

std::size_t bytes_of(const ConsumedRecord& record) {
  auto sum = record.key.size() + record.value.size();
  for (const auto& header : record.headers) sum += header.name.size() + header.value.size();
  return sum;
}

}  // namespace

JournalRecord copy_of(const DeadLetter& letter, std::string_view source, std::int64_t now_ms) {
  const auto& record = letter.record;
  const auto size = bytes_of(record);
  const bool whole = size <= kCopyBytesMax;
  auto copy = whole ? JournalRecord{record.key, record.value, record.headers}
                    : JournalRecord{record.key.substr(0, kKeyCut), record.value.substr(0, kValueCut), {}};
  const auto add = [&copy](std::string_view name, std::string value) {
    copy.headers.push_back({std::string(name), std::move(value)});
  };
  add("origin-partition", std::to_string(letter.record.partition));
  add("origin-offset", std::to_string(letter.record.offset));
  add("origin-ms", std::to_string(letter.record.timestamp_ms));
  add("error-class", letter.error_class);
  add("error", letter.error);
  add("attempts", std::to_string(letter.attempts));
  add("source", std::string(source));
  add("at-ms", std::to_string(now_ms));
  if (!whole) add("cut-from", std::to_string(size));
  return copy;
}

JournalRecord news_of(const GrantEvent& event, ConsumedRecord& record) {
  if (bytes_of(record) > kCopyBytesMax) return encode(event);
  return {std::move(record.key), std::move(record.value), std::move(record.headers)};
}

Announcer::Pending Announcer::start(std::vector<JournalRecord> issued, std::vector<JournalRecord> dead) {
  Pending pending;
  pending.add(issued_, std::move(issued));
  pending.add(dead_, std::move(dead));
  return pending;
}

void Announcer::Pending::add(Journal& journal, std::vector<JournalRecord> records) {
  if (records.empty()) return;
  std::promise<Result<std::vector<bool>>> promise;
  acknowledged_.push_back(promise.get_future());
  journal.append(std::move(records), [promise = std::move(promise)](Result<std::vector<bool>> result) mutable {
    promise.set_value(std::move(result));
  });
}

Result<> Announcer::Pending::wait() {
  Result<> worst;
  for (auto& one : std::exchange(acknowledged_, {})) {
    const auto acknowledged = one.get();
    if (!acknowledged) {
      worst = std::unexpected(acknowledged.error().in("announcement"));
    } else if (std::ranges::find(*acknowledged, false) != acknowledged->end()) {
      worst = base::fail_retryable(Errc::kUnavailable, "announcement: not all of it was acknowledged");
    }
  }
  return worst;
}

}  // namespace coupon::service
