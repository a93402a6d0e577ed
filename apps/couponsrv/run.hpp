#pragma once
// couponsrv from its options to its end.

#include "base/signals.hpp"
#include "couponsrv/options.hpp"

namespace coupon::srv {

/// Serves until a stop signal and answers the exit code. Blocks.
[[nodiscard]] int run(const Options& options, base::StopSignals& signals);

}  // namespace coupon::srv
