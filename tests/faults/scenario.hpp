#pragma once
// What a scenario leaves for the table of ./dev faults.

#include <string>
#include <vector>

#include "functional/pipeline_crowd.hpp"

namespace coupon::test {

/// Answers that meant "ask again", of all members together.
[[nodiscard]] std::int64_t told_later(const Told& told);

/// Writes the row of the test that runs: the names of what was broken, one for each time, what members were told, and
/// whether anything failed so far. To be called last.
void leave_row(const std::vector<std::string>& faults, const Told& told);

}  // namespace coupon::test
