#pragma once
// A burst: every member has a connection of its own, all wait at a barrier, all ask at once.

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "couponload/burst/health.hpp"
#include "couponload/members.hpp"
#include "couponload/profile/request_template.hpp"
#include "couponload/shot.hpp"

namespace coupon::load {

inline constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024;

struct BurstPlan {
  boost::asio::ip::tcp::endpoint server;
  RequestTemplate request;
  const Members* members = nullptr;  ///< must outlive the burst
  std::string prime;                 ///< a whole request to warm each connection with; empty: none
  std::uint32_t requests = 0;
  int threads = 1;
  std::int64_t timeout_ns = 0;       ///< from send to last byte
  std::int64_t open_timeout_ns = 0;  ///< for opening and priming all connections
};

/// What went wrong while connections were opened.
struct OpenTrouble {
  std::int64_t failed = 0;
  std::int64_t out_of_descriptors = 0;  ///< EMFILE, ENFILE
  std::int64_t out_of_ports = 0;        ///< EADDRNOTAVAIL
  std::string first;                    ///< the first reason
};

/// Readable by other threads while the burst runs.
struct BurstProgress {
  enum class Phase { kOpening, kAsking, kDone };
  std::atomic<Phase> phase{Phase::kOpening};
  std::atomic<std::uint32_t> ready{0};
};

struct BurstResult {
  bool released = false;        ///< false: nothing was sent
  std::int64_t release_ns = 0;  ///< the instant planned for every request
  std::vector<Shot> shots;      ///< by seq
  std::vector<ThreadHealth> threads;
  std::int64_t syn_retransmits = 0;
  OpenTrouble trouble;
};

/// Blocks until every request is answered or given up, or `stop` is requested. Starts `plan.threads` threads and ends
/// them. Connections are closed by reset.
[[nodiscard]] BurstResult run_burst(const BurstPlan& plan, BurstProgress& progress, const std::stop_token& stop);

}  // namespace coupon::load
