#pragma once
// The numbers of a run.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "couponload/outcome.hpp"
#include "couponload/run_result.hpp"
#include "couponload/shot.hpp"

namespace coupon::load {

/// Nanoseconds.
struct ClassFigures {
  base::Histogram latency;  ///< planned instant to last byte, so that waiting to be sent is part of it
  base::Histogram service;  ///< send to last byte
  base::Histogram ttfb;     ///< send to first byte
};

/// How often an answer came, by what distinguishes it.
struct AnswerCount {
  Outcome outcome = Outcome::kUnknown;
  int status = 0;
  std::string code;  ///< of the refusal, or the fate of what was not answered
  std::int64_t count = 0;
};

/// More kinds than that are counted as one, with this code: a code that differs in every answer must not grow.
inline constexpr std::size_t kAnswerKindsMax = 200;
inline constexpr const char* kOtherKinds = "(other codes)";

struct Figures {
  std::array<ClassFigures, kOutcomeCount> classes;
  ClassFigures all;
  base::Histogram connect;
  base::Histogram skew;  ///< from the planned instant to the send
  std::int64_t unsent = 0;
  std::int64_t sent = 0;
  std::int64_t sent_in_window = 0;  ///< rate and closed
  std::int64_t busy_ns =
      0;  ///< of all connections, each from its send (or connect) to its last byte, within the window
  std::int64_t last_answer_ns = 0;  ///< from the release
  std::int64_t window_ns = 0;       ///< what rates are divided by: the planned window; of a burst until the last answer
  std::vector<AnswerCount> answers;  ///< most frequent first
};

[[nodiscard]] Figures summarize(const RunResult& run, const std::vector<Evidence>& asks);

/// Requests of any outcome a second.
[[nodiscard]] double throughput_per_s(const Figures& figures);

/// Adds one thread's figures to another's; `all` and the order of `answers` are left to finish().
void add(const Figures& figures, Figures& sum);

/// Takes a run's requests one by one. Not thread-safe: one per thread.
class FigureRecorder {
 public:
  /// `window_ns` 0: no window, as in a burst.
  FigureRecorder(std::int64_t start_ns, std::int64_t window_ns) : start_ns_(start_ns), window_ns_(window_ns) {}
  void record(const Evidence& ask) { record(ask, ask.send_ns); }
  /// `busy_from_ns`: when it began to occupy its connection, before the send when that had to be opened first.
  void record(const Evidence& ask, std::int64_t busy_from_ns);
  void record_connect(std::int64_t ns) { figures_.connect.record(ns); }
  [[nodiscard]] const Figures& figures() const { return figures_; }

 private:
  void count_answer(const Evidence& ask);

  std::int64_t start_ns_;
  std::int64_t window_ns_;
  Figures figures_;
};

/// What can only be said once all is recorded: the sums over the classes, the order of the answers, the window.
void finish(const RunResult& run, Figures& figures);

inline constexpr std::array kPercentiles{50.0, 90.0, 95.0, 99.0, 99.9};

/// False when there are fewer than 10 / (1 - p) samples: then the figure says more about luck than about the server.
[[nodiscard]] bool enough_samples(std::int64_t count, double percentile);

}  // namespace coupon::load
