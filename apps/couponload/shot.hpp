#pragma once
// One request of a run: what happened on the wire, and, once the run is over, what it meant.

#include <cstdint>
#include <string>

#include "couponload/outcome.hpp"

namespace coupon::load {

/// How a request ended on the wire.
enum class Fate : std::uint8_t {
  kUnsent,       ///< no connection to send it on, or the run was stopped before
  kNotWritten,   ///< the connection was gone: nothing of it was written
  kAnswered,     ///< a whole HTTP answer came
  kTimeout,      ///< no whole answer in time
  kCut,          ///< the connection ended before the answer did
  kMalformed,    ///< what came is no HTTP
  kTooLarge,     ///< the answer is beyond the bound
  kInterrupted,  ///< the run was stopped while it waited
};

/// timeout, cut, malformed, …: the reason shown for what has no status.
[[nodiscard]] std::string_view name_of(Fate fate);

/// Written by one load thread, read after it ended. Instants are of the monotonic clock, in nanoseconds.
struct Shot {
  std::uint32_t seq = 0;  ///< 0-based
  Fate fate = Fate::kUnsent;
  bool retry_after = false;   ///< the answer has the field
  std::uint16_t attempt = 1;  ///< above 1: asked again after a timeout
  std::uint16_t status = 0;
  std::int64_t connect_ns = -1;    ///< time to connect; -1 when that failed
  std::int64_t plan_ns = 0;        ///< when it should have been sent
  std::int64_t send_ns = 0;        ///< before the first byte was handed to the kernel
  std::int64_t first_byte_ns = 0;  ///< when the first byte of the answer had come; 0: none came
  std::int64_t done_ns = 0;        ///< when the last byte had come, or the request was given up
  std::string body;
};

/// A shot with its meaning.
struct Evidence {
  std::uint32_t seq = 0;
  Fate fate = Fate::kAnswered;
  std::uint16_t attempt = 1;
  Outcome outcome = Outcome::kUnknown;
  int status = 0;            ///< 0 when there was no answer
  std::int64_t plan_ns = 0;  ///< latency counts from here
  std::int64_t send_ns = 0;
  std::int64_t first_byte_ns = 0;  ///< 0: none came
  std::int64_t done_ns = 0;
  std::int64_t rank = 0;  ///< 0 when the answer has none
  std::string member;
  std::string id;    ///< of the grant; empty when the answer has none
  std::string code;  ///< of the refusal; empty when the answer has none
};

}  // namespace coupon::load
