#include "couponload/shard.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"

namespace coupon::load {

base::Result<Shard> Shard::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return base::fail(base::Errc::kInvalid, fmt::format("'{}' must be i/n, such as 1/3", text));
  }
  const auto count = base::parse_integer(text.substr(slash + 1), fmt::format("n of '{}'", text), 1, kShardsMax);
  if (!count) return std::unexpected(count.error());
  const auto index = base::parse_integer(text.substr(0, slash), fmt::format("i of '{}'", text), 1, *count);
  if (!index) return std::unexpected(index.error());
  return Shard{static_cast<std::uint32_t>(*index), static_cast<std::uint32_t>(*count)};
}

std::uint64_t Shard::first(std::uint64_t whole) const {
  const std::uint64_t before = index - 1;
  return before * (whole / count) + std::min(before, whole % count);
}

}  // namespace coupon::load
