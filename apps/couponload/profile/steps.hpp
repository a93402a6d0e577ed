#pragma once
// Set-up and teardown: a few requests before and after each repeat.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"
#include "net/http/client.hpp"

namespace coupon::load {

struct StepsPlan {
  net::http::Url url;
  net::http::ClientConfig client = {};  ///< timeout_ms bounds each step
  Headers headers = {};                 ///< of the command line: each replaces one of the same name
  std::int64_t budget_ms = 60'000;      ///< for all steps together
};

/// Runs the profile's set-up in order, each step on a connection of its own; blocks. What it captures is added to
/// `values`; a captured "code" is what {code} means from then on. The first failure ends it: kUnavailable and kTimeout
/// when there was no answer, kConflict when the answer was not what the profile expects, kInvalid for a missing value.
/// The message names the step's number, method, path, the status and the first bytes of the answer.
[[nodiscard]] base::Result<> run_setup(const Profile& profile, const StepsPlan& plan, Variables& values,
                                       const std::stop_token& stop = {});

/// Runs the profile's teardown; blocks, and cannot be stopped but by its budget. A step that fails, or that needs a
/// value which set-up did not capture, does not keep the others from being run. Gives all failures.
[[nodiscard]] std::vector<base::Error> run_teardown(const Profile& profile, const StepsPlan& plan, Variables values);

}  // namespace coupon::load
