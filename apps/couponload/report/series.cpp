#include "couponload/report/series.hpp"

#include <algorithm>

namespace coupon::load {

namespace {

void count(std::vector<std::int64_t>& counts, std::int64_t offset_ns, std::int64_t interval_ns) {
  const auto interval = static_cast<std::size_t>(std::max<std::int64_t>(0, offset_ns) / interval_ns);
  const auto index = std::min(interval, kIntervalsMax - 1);
  if (counts.size() <= index) counts.resize(index + 1);
  ++counts[index];
}

void add_counts(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
  if (to.size() < from.size()) to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

}  // namespace

void Series::count_sent(std::int64_t offset_ns) { count(sent, offset_ns, interval_ns); }

void Series::count_done(Outcome outcome, std::int64_t offset_ns) {
  count(done.at(static_cast<std::size_t>(outcome)), offset_ns, interval_ns);
}

void Series::add(const Series& other) {
  if (interval_ns == 0) interval_ns = other.interval_ns;
  add_counts(sent, other.sent);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) add_counts(done.at(i), other.done.at(i));
}

std::size_t Series::size() const {
  auto size = sent.size();
  for (const auto& counts : done) size = std::max(size, counts.size());
  return size;
}

Series make_series(const std::vector<Evidence>& asks, std::int64_t start_ns, std::int64_t interval_ns) {
  Series series{.interval_ns = interval_ns, .sent = {}, .done = {}};
  for (const auto& ask : asks) {
    series.count_sent(ask.send_ns - start_ns);
    series.count_done(ask.outcome, ask.done_ns - start_ns);
  }
  return series;
}

}  // namespace coupon::load
