#pragma once
// What a profile needs to know before it can ask.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "couponload/profile/profile.hpp"

namespace coupon::load {

/// The names of all placeholders whose values must be known before set-up begins, in order: "code", "env:TOKEN",
/// "var:quota". Without "run", and without what set-up captures before it is used.
[[nodiscard]] std::vector<std::string> required_values(const Profile& profile);

/// The profile's vars and `given` ones, which win, under the names of their placeholders; {env:X} from the environment;
/// a new run. kInvalid with the remedy when a value is missing, stands in no text of the profile, or cannot stand in a
/// header.
[[nodiscard]] base::Result<Variables> initial_values(const Profile& profile, const Variables& given);

/// Makes quota.value out of quota.text.
[[nodiscard]] base::Result<> settle_quota(Profile& profile, const Variables& values);

/// Gives {run} a new value: before each repeat.
void new_run(Variables& values);

/// What {code} is; empty when there is none (yet).
[[nodiscard]] std::string code_of(const Variables& values);

}  // namespace coupon::load
