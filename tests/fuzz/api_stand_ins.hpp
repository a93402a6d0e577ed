#pragma once
// What stands behind couponsrv's parsers when they are fuzzed: an issuer that refuses every ask as busy, and a desk
// that is never called.

#include "couponsrv/issue_call.hpp"

namespace coupon::fuzz {

/// The issue call over them.
[[nodiscard]] srv::IssueCall& issue_call();

}  // namespace coupon::fuzz
