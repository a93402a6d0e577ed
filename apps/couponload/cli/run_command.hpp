#pragma once
// `couponload burst`, `rate` and `closed` from preflight to verdict.

#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "couponload/cli/exit_code.hpp"
#include "couponload/cli/load_options.hpp"

namespace coupon::load {

/// Blocks until the verdict. The result goes to `out` (and to options.out_path), trouble and progress to stderr. Each
/// repeat is set-up, run, verification, teardown; teardown also follows a set-up that failed and a run that was
/// stopped. When `stop` is requested, the run ends with what is known by then. `argv` is kept in the result.
[[nodiscard]] ExitCode run_command(const LoadOptions& options, const std::vector<std::string>& argv, std::ostream& out,
                                   const std::stop_token& stop);

}  // namespace coupon::load
