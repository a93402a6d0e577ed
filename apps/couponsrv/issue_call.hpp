#pragma once
// POST /api/v1/coupons/issue: the call that everything else exists for. Runs on the io loop and never blocks.

#include "base/executor.hpp"
#include "couponsrv/desk.hpp"
#include "net/http/message.hpp"
#include "service/issuer.hpp"

namespace coupon::srv {

/// One per loop; used and destroyed on its thread.
class IssueCall {
 public:
  IssueCall(service::Issuer& issuer, base::Scheduler& loop, Desk& desk) : issuer_(issuer), loop_(loop), desk_(desk) {}

  void operator()(const net::http::Request& request, net::http::Responder responder);

 private:
  service::Issuer& issuer_;
  base::Scheduler& loop_;
  Desk& desk_;
};

}  // namespace coupon::srv
