#pragma once
// `couponload burst` from preflight to verdict.

#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "couponload/cli/burst_options.hpp"
#include "couponload/cli/exit_code.hpp"

namespace coupon::load {

/// Blocks until the verdict. The result goes to `out` (and to options.out_path), trouble and progress to stderr.
/// When `stop` is requested, the run ends with what is known by then. `argv` is kept in the result.
[[nodiscard]] ExitCode run_burst_command(const BurstOptions& options, const std::vector<std::string>& argv,
                                         std::ostream& out, const std::stop_token& stop);

}  // namespace coupon::load
