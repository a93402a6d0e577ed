#pragma once
// The whole HTTP interface as one handler per io loop.

#include <memory>

#include "base/executor.hpp"
#include "base/metrics.hpp"
#include "couponsrv/desk.hpp"
#include "couponsrv/issue_call.hpp"
#include "couponsrv/request_checks.hpp"
#include "couponsrv/routes.hpp"
#include "net/http/message.hpp"
#include "profile/engines.hpp"
#include "service/issuer.hpp"
#include "service/worker.hpp"

namespace coupon::srv {

/// What all loops share; outlives every Api.
struct Shared {
  profile::Engines& engines;
  Desk& desk;
  base::Metrics& metrics;
  const base::Clock& clock;
  const AdminAccess& admin;
  const service::IssuerConfig& issuer;
  const service::Worker* worker;  ///< null when it is another program's
  bool allow_reset;
};

/// One per loop; used and destroyed on its thread.
class Api {
 public:
  Api(const Shared& shared, base::Scheduler& loop);

  void handle(const net::http::Request& request, net::http::Responder responder);

 private:
  void ready_or_metrics(Call call, net::http::Responder responder);
  void desk_call(const Route& route, const net::http::Request& request, net::http::Responder responder);

  const Shared& shared_;
  base::Scheduler& loop_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Journal> journal_;
  service::Issuer issuer_;
  IssueCall issue_;
};

}  // namespace coupon::srv
