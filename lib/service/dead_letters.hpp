#pragma once
// What an operator does about dead letters.

#include <cstdint>
#include <string_view>

#include "service/announcer.hpp"
#include "service/backend.hpp"

namespace coupon::service {

/// Makes the letter's grant a row (see Ledger::redrive) and tells others; `announcer` may be null. Blocks.
[[nodiscard]] base::Result<RedriveReport> redrive_letter(Backend& backend, Announcer* announcer, std::int64_t id);

struct DiscardResult {
  bool revoked = false;   ///< the grant is void now
  bool released = false;  ///< and its place in the gate is free
};

/// Closes the letter for good: its grant becomes void in the ledger, then its place in the gate is given back. Blocks.
/// After an Error of the gate the ledger has done its part, and the next reconcile releases the place.
[[nodiscard]] base::Result<DiscardResult> discard_letter(Backend& backend, std::int64_t id, std::string_view reason);

}  // namespace coupon::service
