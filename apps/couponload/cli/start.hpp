#pragma once
// When a run begins that is to begin together with others.

#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/result.hpp"
#include "couponload/cli/load_options.hpp"
#include "couponload/profile/profile.hpp"

namespace coupon::load {

inline constexpr std::int64_t kStartAheadMaxMs = 600'000;
/// Connections are opened so long before the start: time enough for ten thousand, and less than servers keep idle ones.
inline constexpr std::int64_t kOpenAheadNs = 15'000'000'000;

/// kInvalid when --shard, --start-at, --repeat and the number of requests do not go together, or the instant is past or
/// too far ahead. `wall_ms` is the present instant, in milliseconds since 1970.
[[nodiscard]] base::Result<> check_start(const LoadOptions& options, std::int64_t wall_ms);

/// kInvalid when only shard 1 would know what set-up captures.
[[nodiscard]] base::Result<> check_setup_of_shard(const Shard& shard, const Profile& profile);

/// --start-at by the monotonic clock, as this machine's clocks stand now; nothing when there is none.
[[nodiscard]] std::optional<std::int64_t> start_ns(const LoadOptions& options);

/// Blocks until connections have to be opened for a start at `start_ns`, or `stop` is requested: then false. Shows how
/// long it still is on stderr unless `quiet`.
[[nodiscard]] bool wait_to_open(std::int64_t start_ns, bool quiet, const std::stop_token& stop);

}  // namespace coupon::load
