#pragma once
// A flow of requests over a bounded number of connections: an open model (rate) or a closed one.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "couponload/burst/open_socket.hpp"
#include "couponload/members.hpp"
#include "couponload/pacing/stages.hpp"
#include "couponload/profile/request_template.hpp"
#include "couponload/report/figures.hpp"
#include "couponload/report/series.hpp"
#include "couponload/run_result.hpp"
#include "couponload/shard.hpp"
#include "couponload/verify/evidence_keeper.hpp"

namespace coupon::load {

struct FlowPlan {
  Mode mode = Mode::kClosed;  ///< kRate or kClosed
  Route route;
  const Profile* profile = nullptr;  ///< must outlive the flow
  RequestTemplate request;
  MemberSource members;          ///< every shard.count-th in order; a source that ends is begun again
  std::uint32_t same_user = 1;   ///< so many requests behind one another are of one member
  Shard shard = {};              ///< takes every count-th of the planned requests
  std::string prime;             ///< a whole request, for each connection and the warm-up; empty: none
  Stages stages;                 ///< of rate, all shards together
  std::int64_t duration_ns = 0;  ///< of the measured window; of rate the same as that of the stages
  std::int64_t think_ns = 0;     ///< of closed
  std::int64_t warmup_ns = 0;    ///< before the window, with the prime request only
  std::uint32_t connections = 1;
  int threads = 1;                   ///< at most `connections`
  std::int64_t timeout_ns = 0;       ///< from send to last byte
  std::int64_t open_timeout_ns = 0;  ///< for opening and priming all connections
  bool cold = false;                 ///< a new connection for every request
  EvidenceScope evidence = EvidenceScope::kGrants;
  std::optional<std::int64_t> start_ns = {};  ///< of the warm-up, by the monotonic clock; nothing: once all is open
};

/// The run, and what its threads noted about its requests while it went on: its shots are not kept.
struct FlowResult {
  RunResult run;
  Figures figures;
  Series series;
  std::vector<EvidenceKeeper> kept;
};

/// Blocks until the window is over and every request is answered or given up, or `stop` is requested. Starts
/// `plan.threads` threads and ends them. An arrival that finds no free connection waits for one, at most until
/// kLastSendsNs after the window; what then was not sent is counted in `run.unsent`. A request that may have left and
/// got no answer is unknown and never sent again. Connections are closed by reset, and opened anew when the server
/// closes them.
[[nodiscard]] FlowResult run_flow(const FlowPlan& plan, RunProgress& progress, const std::stop_token& stop);

inline constexpr std::int64_t kLastSendsNs = 1'000'000'000;

}  // namespace coupon::load
