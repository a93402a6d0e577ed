#pragma once
// What a run of any mode hands back, before it is judged.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "couponload/burst/health.hpp"
#include "couponload/shot.hpp"

namespace coupon::load {

enum class Mode {
  kBurst,   ///< everybody at once, a connection each
  kRate,    ///< open model: arrivals come whether or not the server keeps up
  kClosed,  ///< the next request when the last one is answered
};

/// burst, rate, closed.
[[nodiscard]] std::string_view name_of(Mode mode);

/// What went wrong while connections were opened.
struct OpenTrouble {
  std::int64_t failed = 0;
  std::int64_t out_of_descriptors = 0;  ///< EMFILE, ENFILE
  std::int64_t out_of_ports = 0;        ///< EADDRNOTAVAIL
  bool distrusted = false;              ///< the server's certificate was refused: `first` says why
  std::string first;                    ///< the first reason
};

void add(const OpenTrouble& trouble, OpenTrouble& sum);

/// Readable by other threads while a run goes on.
struct RunProgress {
  enum class Phase { kOpening, kWaiting, kAsking, kDone };
  std::atomic<Phase> phase{Phase::kOpening};
  std::atomic<std::uint32_t> ready{0};    ///< connections
  std::atomic<bool> hopeless{false};      ///< no connection will do: the run is not begun
  std::atomic<std::int64_t> answered{0};  ///< rate and closed: brought up to date every 20 ms
};

struct RunResult {
  Mode mode = Mode::kBurst;
  bool released = false;          ///< false: nothing was sent
  std::int64_t release_ns = 0;    ///< burst: the instant planned for every request; else the measured window's begin
  std::int64_t opening_ns = 0;    ///< burst: until all connections were open and primed; 0 when cold
  std::int64_t late_ns = 0;       ///< released so long after the instant that was asked for
  std::int64_t window_ns = 0;     ///< rate and closed: planned length of the measured window
  std::int64_t planned = 0;       ///< requests that should be sent; closed: as many as were
  std::int64_t unsent = 0;        ///< of these; rate only, a burst's unsent shots speak for themselves
  std::uint32_t connections = 0;  ///< rate and closed: at most that many
  std::int64_t think_ns = 0;      ///< closed: between an answer and the next request
  std::vector<Shot> shots;        ///< burst: by seq, then by attempt
  std::vector<ThreadHealth> threads;
  std::int64_t syn_retransmits = 0;
  OpenTrouble trouble;
};

}  // namespace coupon::load
