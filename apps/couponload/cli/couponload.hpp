#pragma once
// The program behind main: parse, then run the subcommand.

#include "base/signals.hpp"

namespace coupon::load {

/// The exit code.
[[nodiscard]] int run_couponload(int argc, const char* const* argv, base::StopSignals& signals);

}  // namespace coupon::load
