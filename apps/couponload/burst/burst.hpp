#pragma once
// A burst: every member has a connection of its own, all wait at a barrier, all ask at once.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "couponload/burst/open_socket.hpp"
#include "couponload/members.hpp"
#include "couponload/profile/request_template.hpp"
#include "couponload/run_result.hpp"

namespace coupon::load {

inline constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024;

struct BurstPlan {
  Route route;
  RequestTemplate request;
  const Members* members = nullptr;  ///< must outlive the burst
  std::string prime;                 ///< a whole request to warm each connection with; empty: none
  std::uint32_t requests = 0;
  int threads = 1;
  std::int64_t timeout_ns = 0;       ///< from send to last byte
  std::int64_t open_timeout_ns = 0;  ///< for opening and priming all connections
  bool cold = false;                 ///< connections are opened after the release
  std::uint16_t retries = 0;         ///< how often a request that timed out is asked again, on a new connection
  std::optional<std::int64_t> start_ns = {};  ///< the release, by the monotonic clock; nothing: once all is open
};

using BurstResult = RunResult;

/// Blocks until every request is answered or given up, or `stop` is requested. Starts `plan.threads` threads and ends
/// them. Connections are closed by reset.
[[nodiscard]] RunResult run_burst(const BurstPlan& plan, RunProgress& progress, const std::stop_token& stop);

}  // namespace coupon::load
