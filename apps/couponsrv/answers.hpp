#pragma once
// The envelope, and the whole table of codes and statuses.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "coupon/coupon.hpp"
#include "coupon/grant.hpp"
#include "net/http/message.hpp"

namespace coupon::srv {

/// A refusal's code, HTTP status and text. Retryable ones say Retry-After.
enum class Refusal {
  kNotFound,       ///< COUPON-001 404
  kAlreadyIssued,  ///< COUPON-002 409, carries the grant
  kSoldOut,        ///< COUPON-003 409
  kNotOpen,        ///< COUPON-004 409, carries opensAt
  kEnded,          ///< COUPON-005 410
  kPaused,         ///< COUPON-006 409
  kUnknownMember,  ///< COUPON-007 404
  kNotSeeded,      ///< COUPON-008 503
  kFenced,         ///< GATE_FENCED 503
};

/// {"success":true,"data":DATA,"timestamp":…}; `data` is JSON.
[[nodiscard]] net::http::Response success(int status, std::string_view data);
/// With `data` (JSON) when it is not empty.
[[nodiscard]] net::http::Response refuse(Refusal refusal, std::string_view data = {});
/// COMMON-400 with the message.
[[nodiscard]] net::http::Response bad_request(std::string_view message);
/// An engine's failure: 400 for kInvalid, 404, 409, 503 with Retry-After for what may pass, 500 otherwise. The
/// message of a 500 stays in the log.
[[nodiscard]] net::http::Response failure(const base::Error& error);

/// {"couponCode":…,"memberId":…,"issueId":…,"rank":…,"status":"ISSUED"}; a pending one has no rank. `recorded` adds
/// whether the ledger has it.
[[nodiscard]] std::string grant_json(const CouponCode& code, const Grant& grant, std::string_view status,
                                     std::optional<bool> recorded = std::nullopt);
[[nodiscard]] std::string coupon_json(const Coupon& coupon);

}  // namespace coupon::srv
