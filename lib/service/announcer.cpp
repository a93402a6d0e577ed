#include "service/announcer.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace coupon::service {

using base::Errc;
using base::Result;

JournalRecord copy_of(const DeadLetter& letter, std::string_view source, std::int64_t now_ms) {
  JournalRecord copy{letter.record.key, letter.record.value, letter.record.headers};
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
  return copy;
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
