#pragma once
// One repeat of a run.

#include <expected>
#include <stop_token>

#include "couponload/cli/exit_code.hpp"
#include "couponload/cli/run_plan.hpp"
#include "couponload/report/run_report.hpp"

namespace coupon::load {

/// Set-up, run, verification, teardown and verdict; blocks. Set-up and teardown are shard 1's. Without a result there
/// was nothing to judge: what happened was logged, and the exit code says of which kind it was. Gives `setting` the
/// values of this repeat.
[[nodiscard]] std::expected<RunReport, ExitCode> run_repeat(RunSetting& setting, const std::stop_token& stop);

}  // namespace coupon::load
