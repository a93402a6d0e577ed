#pragma once
// Why the server itself refuses a request, before any handler sees it.

#include <cstddef>
#include <string>

namespace coupon::net::http {

/// The label of http_requests_rejected_total.
enum class RejectReason { kMalformed, kTargetTooLong, kHeaderTooLarge, kBodyTooLarge, kVersion, kExpectation, kCount };

struct Refusal {
  int status = 400;
  RejectReason reason = RejectReason::kMalformed;
  std::string message;  ///< names what is wrong, and the bound where there is one
};

[[nodiscard]] inline Refusal malformed(std::string message) {
  return {.status = 400, .reason = RejectReason::kMalformed, .message = std::move(message)};
}

}  // namespace coupon::net::http
