#include "couponload/pacing/stages.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>

#include "base/text.hpp"

namespace coupon::load {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kStageMaxMs = 86'400'000;
constexpr std::uint64_t kArrivalsMax = UINT32_MAX;

base::Result<> add_stage(std::string_view text, Stages& stages) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return base::fail(base::Errc::kInvalid, fmt::format("'{}' must be DURATION:RATE, such as 10s:1000", text));
  }
  const auto duration_ms = base::parse_duration_ms(text.substr(0, colon), fmt::format("'{}'", text), kStageMaxMs);
  if (!duration_ms) return std::unexpected(duration_ms.error());
  const auto rate = base::parse_integer(text.substr(colon + 1), fmt::format("the rate of '{}'", text), 0, kRateMax);
  if (!rate) return std::unexpected(rate.error());
  stages.append(*rate, *duration_ms * kNsPerMs);
  return {};
}

}  // namespace

base::Result<Stages> Stages::parse(std::string_view text) {
  Stages stages;
  while (true) {
    const auto comma = std::min(text.find(','), text.size());
    COUPON_TRY(add_stage(text.substr(0, comma), stages));
    if (comma == text.size()) break;
    text.remove_prefix(comma + 1);
  }
  if (stages.count() == 0 || stages.count() > kArrivalsMax) {
    return base::fail(base::Errc::kInvalid, fmt::format("{} requests in all; at least 1 and at most {} can be planned",
                                                        stages.count(), kArrivalsMax));
  }
  return stages;
}

void Stages::append(std::int64_t rate_per_s, std::int64_t duration_ns) {
  const ConstantArrivals arrivals(rate_per_s, duration_ns);
  stages_.push_back({arrivals, duration_ns_, count_});
  count_ += arrivals.count();
  duration_ns_ += duration_ns;
}

std::int64_t Stages::first_rate_per_s() const { return stages_.empty() ? 0 : stages_.front().arrivals.rate_per_s(); }

std::int64_t Stages::at(std::uint64_t index) const {
  const auto behind = std::ranges::upper_bound(stages_, index, {}, &Stage::first);
  const auto& stage = *std::prev(behind);
  return stage.start_ns + stage.arrivals.at(index - stage.first);
}

}  // namespace coupon::load
