#pragma once
// What gate and ledger have when everything is over, and the checker of I1-I6 on it: the same for every profile.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "functional/pipeline_crowd.hpp"
#include "support/process.hpp"

namespace coupon::test {

struct Row {
  std::string id;
  std::string state;
  std::int64_t rank = 0;
};

struct Books {
  std::map<std::string, Row> rows;             ///< the ledger's that are not revoked, by member
  std::map<std::string, std::string> letters;  ///< dead letters that hold a place: member -> id
  std::map<std::string, std::string> held;     ///< in the gate: member -> id
};

/// couponctl on the engines in question, to the end.
using Ctl = std::function<Finished(std::vector<std::string>)>;

/// kCode's rows that are not revoked, by member. The test fails when a member, an id or a rank is there twice.
[[nodiscard]] std::map<std::string, Row> live_rows(const Ctl& ctl);

/// The books of kCode, as couponctl reads them from the ledger; of the gate it shows numbers only, so that `held` comes
/// from the engine.
[[nodiscard]] Books read_books(const Ctl& ctl, std::map<std::string, std::string> held);

/// At most `quota` live grants in gate and ledger (I1), one a member (I2); every 200 has its row or an open dead letter
/// (I3), every 202 too unless the gate `lost` what only it knew; gate and ledger have the same (I5); no row without an
/// ask, none for who was refused (I6); no answer that is none of these. I4 is the caller's: it waits until nothing is
/// on its way.
void expect_promises(const Books& books, std::int64_t quota, const Told& told, bool lost);

/// couponctl finds nothing to mend.
void expect_nothing_to_reconcile(const Ctl& ctl);

}  // namespace coupon::test
