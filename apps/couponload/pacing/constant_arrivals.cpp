#include "couponload/pacing/constant_arrivals.hpp"

namespace coupon::load {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kNsPerS = 1'000'000'000;

std::uint64_t count_of(std::int64_t rate_per_s, std::int64_t duration_ns) {
  const auto product = Wide{static_cast<std::uint64_t>(rate_per_s)} * static_cast<std::uint64_t>(duration_ns);
  return static_cast<std::uint64_t>((product + kNsPerS - 1) / kNsPerS);
}

}  // namespace

ConstantArrivals::ConstantArrivals(std::int64_t rate_per_s, std::int64_t duration_ns)
    : rate_per_s_(rate_per_s), duration_ns_(duration_ns), count_(count_of(rate_per_s, duration_ns)) {}

std::int64_t ConstantArrivals::at(std::uint64_t index) const {
  return static_cast<std::int64_t>(Wide{index} * kNsPerS / static_cast<std::uint64_t>(rate_per_s_));
}

}  // namespace coupon::load
