#pragma once
// The series of a server, looked up once.

#include <array>

#include "base/metrics.hpp"
#include "net/http/server/refusal.hpp"

namespace coupon::net::http {

/// What a connection waits for, in the order of http_timeouts_total's labels; the last three are not counted.
enum class Stage : unsigned char {
  kIdle,     ///< a request's first byte
  kHeader,   ///< the rest of a header
  kBody,     ///< the rest of a body
  kAnswer,   ///< the handler
  kWrite,    ///< the client, to take what was written
  kLinger,   ///< the client, to close its side
  kServing,  ///< nothing: the loop is working for it just now
};

struct ServerMetrics {
  explicit ServerMetrics(base::Metrics& metrics);

  void rejected(RejectReason reason) { rejections[static_cast<std::size_t>(reason)].add(); }
  void timed_out(Stage stage);
  void responded(int status);

  base::Gauge connections;
  base::Counter accepted;
  base::Counter refused_limit;
  base::Counter refused_descriptors;
  std::array<base::Counter, static_cast<std::size_t>(RejectReason::kCount)> rejections;
  std::array<base::Counter, 5> timeouts;
  std::array<base::Counter, 4> responses;  // 2xx to 5xx
};

}  // namespace coupon::net::http
