#pragma once
// Notes what became of one thread's requests.

#include <cstdint>

#include "couponload/flow/flow.hpp"
#include "couponload/profile/classify.hpp"

namespace coupon::load {

/// One request on its way. Instants of the monotonic clock, in nanoseconds.
struct FlowAsk {
  std::uint64_t seq = 0;
  bool measured = false;  ///< false: warm-up
  std::int64_t plan_ns = 0;
  std::int64_t send_ns = 0;
  std::int64_t first_byte_ns = 0;
  std::int64_t dialed_ns = 0;  ///< when the connection for it began to be opened; 0: there was one
};

/// Not thread-safe.
class Recorder {
 public:
  Recorder(const FlowPlan& plan, std::int64_t start_ns);

  void answered(const FlowAsk& ask, int status, const Meaning& meaning, std::int64_t done_ns);
  /// Without an answer: what was not written is an error, the rest unknown.
  void ended(const FlowAsk& ask, Fate fate, std::int64_t done_ns);
  void connected(std::int64_t ns) { figures_.record_connect(ns); }

  [[nodiscard]] std::string member(std::uint64_t seq) const {
    return plan_.members.name(plan_.shard.place(number_of(seq)));
  }
  [[nodiscard]] std::int64_t recorded() const { return figures_.figures().sent; }
  [[nodiscard]] const Figures& figures() const { return figures_.figures(); }
  [[nodiscard]] const Series& series() const { return series_; }
  [[nodiscard]] EvidenceKeeper& kept() { return kept_; }

 private:
  [[nodiscard]] std::uint64_t number_of(std::uint64_t seq) const;  // of the member, among those of this shard
  void note(const FlowAsk& ask, std::int64_t done_ns);

  const FlowPlan& plan_;
  std::int64_t start_ns_;
  std::uint64_t own_members_;  // in the source; 0: no end
  FigureRecorder figures_;
  Series series_;
  EvidenceKeeper kept_;
  Evidence evidence_;  // of the request being noted
};

}  // namespace coupon::load
