#pragma once
// What must hold on servers when everything is over, whatever happened before.

#include <cstdint>
#include <map>
#include <string>

#include "functional/books.hpp"
#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"

namespace coupon::test {

/// The coupon's rows that are not revoked, by member. The test fails when a member, an id or a rank is there twice.
[[nodiscard]] std::map<std::string, Row> live_rows(const Pipeline& pipeline);
/// What the gate holds: member -> id.
[[nodiscard]] std::map<std::string, std::string> held_in_gate(const Pipeline& pipeline);

/// Waits until nothing is on its way (I4), then expects the promises (see books.hpp), and that there is nothing to
/// reconcile. `lost`: Redis lost what only it knew.
void expect_truth(const Pipeline& pipeline, std::int64_t quota, const Told& told, bool lost = false);

/// Nothing pending in the gate, nothing unread in the journal and no dead letter that is still tried, within 30 s.
void expect_settled(const Pipeline& pipeline);

}  // namespace coupon::test
