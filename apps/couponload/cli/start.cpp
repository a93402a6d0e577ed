#include "couponload/cli/start.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "couponload/burst/instant.hpp"
#include "couponload/cli/progress.hpp"
#include "couponload/cli/run_plan.hpp"
#include "couponload/report/evidence_file.hpp"
#include "couponload/units.hpp"
#include "couponload/verify/target.hpp"

namespace coupon::load {

using base::Errc;
using base::fail;
using base::Result;

namespace {

constexpr double kMsPerSecond = 1e3;

std::string name_of(const Shard& shard) { return fmt::format("--shard {}/{}", shard.index, shard.count); }

Result<> check_shard(const LoadOptions& options) {
  const auto& shard = options.shard;
  if (!shard.is_part()) return {};
  if (!options.start_at_ms) {
    return fail(Errc::kInvalid,
                fmt::format("{} needs --start-at, the same for all shards: --start-at $(date -d '30 seconds' +%s%3N), "
                            "worked out once",
                            name_of(shard)));
  }
  if (options.out_path.empty()) {
    return fail(Errc::kInvalid, fmt::format("{} needs --out FILE: couponload merge reads it and the evidence beside it",
                                            name_of(shard)));
  }
  if (requests_of(options) == 0) {
    return fail(Errc::kInvalid, fmt::format("nothing is left for shard {} of {}; ask with more members or requests, or "
                                            "with fewer shards",
                                            shard.index, shard.count));
  }
  return {};
}

}  // namespace

Result<> check_start(const LoadOptions& options, std::int64_t wall_ms) {
  COUPON_TRY(check_shard(options));
  if (!options.start_at_ms) return {};
  if (options.repeat > 1) return fail(Errc::kInvalid, "--start-at is one instant; leave out --repeat");
  const auto ahead_ms = *options.start_at_ms - wall_ms;
  const auto instant = base::format_instant(*options.start_at_ms);
  if (ahead_ms <= 0) {
    return fail(Errc::kInvalid, fmt::format("--start-at {} is past by {:.1f} s; name one that is ahead", instant,
                                            static_cast<double>(-ahead_ms) / kMsPerSecond));
  }
  if (ahead_ms > kStartAheadMaxMs) {
    return fail(Errc::kInvalid, fmt::format("--start-at {} is {:.1f} s ahead, at most 10 min are waited for", instant,
                                            static_cast<double>(ahead_ms) / kMsPerSecond));
  }
  return {};
}

Result<> check_setup_of_shard(const Shard& shard, const Profile& profile) {
  if (shard.leads()) return {};
  for (const auto& step : profile.setup) {
    if (step.capture.empty()) continue;
    return fail(Errc::kInvalid,
                fmt::format("set-up captures {{{}}}, which only shard 1 would know; set up before, and hand the value "
                            "to all shards with --code or --var",
                            step.capture.front().name));
  }
  return {};
}

std::optional<std::int64_t> start_ns(const LoadOptions& options) {
  if (!options.start_at_ms) return std::nullopt;
  return *options.start_at_ms * kNsPerMs - wall_offset_ns();
}

bool wait_to_open(std::int64_t start_ns, bool quiet, const std::stop_token& stop) {
  const auto open_ns = start_ns - kOpenAheadNs;
  if (now_ns() >= open_ns) return !stop.stop_requested();
  const ProgressLine line(quiet, [start_ns] {
    const auto left_ns = std::max<std::int64_t>(0, start_ns - now_ns());
    return fmt::format("starts in {:.0f} s", static_cast<double>(left_ns) / kNsPerSecond);
  });
  const bool early = pause(kStartAheadMaxMs, open_ns, stop);
  return !early && !stop.stop_requested();
}

}  // namespace coupon::load
