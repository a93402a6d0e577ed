#pragma once
// kill -9 in the middle of a burst, as a whole story.

namespace coupon::test {

/// Kills couponsrv after a number of grants that `seed` decides, starts it again, sells out what is left, and expects
/// the truth: nothing over, nothing twice, every 200 in the ledger.
void kill_in_mid_burst_and_restart(unsigned seed);

}  // namespace coupon::test
