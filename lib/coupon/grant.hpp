#pragma once
// A grant: one place of one coupon held by one member, named by its grant id everywhere.

#include <cstdint>
#include <string>

#include "base/ids.hpp"
#include "coupon/names.hpp"

namespace coupon {

using GrantId = base::Ulid;

struct Grant {
  GrantId id;
  MemberId member;
  std::int64_t rank = 0;       ///< 1..; a unique, increasing order of the coupon's grants; gaps are voided grants
  std::int64_t issued_ms = 0;  ///< by the gate's clock
  std::uint64_t key_hash = 0;  ///< of the Idempotency-Key it was granted under; 0: none
};

/// A grant as the gate holds it. Pending: not yet known to be in the journal, so never answered with 200.
struct HeldGrant {
  Grant grant;
  bool pending = false;
};

/// Names a grant for a change: applied only if the member still holds exactly this id.
struct GrantRef {
  MemberId member;
  GrantId id;
};

/// The hash kept of an Idempotency-Key: the first 8 bytes of its SHA-256, never 0 for a non-empty key.
[[nodiscard]] std::uint64_t hash_idempotency_key(std::string_view key);

}  // namespace coupon
