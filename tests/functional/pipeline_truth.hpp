#pragma once
// What must hold on servers when everything is over, whatever happened before.

#include <cstdint>
#include <map>
#include <string>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"

namespace coupon::test {

struct Row {
  std::string id;
  std::string state;
  std::int64_t rank = 0;
};

/// The coupon's rows that are not revoked, by member. The test fails when a member, an id or a rank is there twice.
[[nodiscard]] std::map<std::string, Row> live_rows(const Pipeline& pipeline);
/// What the gate holds: member -> id.
[[nodiscard]] std::map<std::string, std::string> held_in_gate(const Pipeline& pipeline);

/// Waits until nothing is on its way, then: at most `quota` live grants in gate and ledger (I1), one a member (I2);
/// every 200 has its row or an open dead letter (I3), every 202 too unless Redis `lost` what only it knew; nothing
/// stays pending or behind (I4); gate and ledger have the same (I5); no row without an ask (I6), none for who was
/// refused.
void expect_truth(const Pipeline& pipeline, std::int64_t quota, const Told& told, bool lost = false);

/// Nothing pending in the gate, nothing unread in the journal and no dead letter that is still tried, within 30 s.
void expect_settled(const Pipeline& pipeline);

}  // namespace coupon::test
