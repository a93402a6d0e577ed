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

Result<> Announcer::announce(std::vector<JournalRecord> issued, std::vector<JournalRecord> dead) {
  COUPON_TRY(append(issued_, std::move(issued)));
  return append(dead_, std::move(dead));
}

Result<> Announcer::append(Journal& journal, std::vector<JournalRecord> records) {
  if (records.empty()) return {};
  const auto acknowledged =
      base::wait<std::vector<bool>>([&](auto done) { journal.append(std::move(records), std::move(done)); });
  if (!acknowledged) return std::unexpected(acknowledged.error().in("announcement"));
  if (std::ranges::find(*acknowledged, false) == acknowledged->end()) return {};
  return base::fail_retryable(Errc::kUnavailable, "announcement: not all of it was acknowledged");
}

}  // namespace coupon::service
