#pragma once
// One request to a live server, and how its answer is understood: for `couponload check --probe`.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/steps.hpp"

namespace coupon::load {

/// What was found, in words.
struct ProbeReport {
  std::string text;                     ///< lines, the last one ended
  std::vector<std::string> mismatches;  ///< between the profile and the server; empty: it is understood
};

/// Set-up, one request as a member that no run uses (of a file: its last line), the profile's reads, teardown. Blocks.
/// It may take one place. The error is that of set-up or of the connection; teardown has been run all the same.
[[nodiscard]] base::Result<ProbeReport> probe(const Profile& profile, const StepsPlan& plan, Variables values);

/// Why a rule does not match an answer; empty when it does.
[[nodiscard]] std::string why_not(const OutcomeRule& rule, int status, std::string_view body);

}  // namespace coupon::load
