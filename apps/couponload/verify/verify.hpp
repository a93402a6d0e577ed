#pragma once
// The reading after a run: every promise, a sample of winners asking again, and the server's count.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "couponload/verify/target.hpp"

namespace coupon::load {

struct VerifyPlan {
  Target target;
  std::int64_t settle_ms = 30'000;  ///< how long a promise may take to be recorded
  std::uint64_t seed = 1;           ///< picks the winners who ask again
};

/// Readable by other threads meanwhile.
struct VerifyProgress {
  std::atomic<std::size_t> confirmed{0};
  std::atomic<std::size_t> promised{0};
};

inline constexpr std::size_t kReplaysMax = 1'000;

/// Fills readbacks, replays, after and verified from `observed.asks`. Blocks; at most eight connections at a time.
/// A promise that is not there yet, and a count that is still too low, is read again until `settle_ms` after the begin.
/// What could not be read at last is left open, whatever an earlier reading said. When `stop` is requested it ends
/// early and leaves verified false.
void verify(const VerifyPlan& plan, Observed& observed, VerifyProgress& progress, const std::stop_token& stop);

}  // namespace coupon::load
