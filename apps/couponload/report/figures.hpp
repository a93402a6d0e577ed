#pragma once
// The numbers of a run.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/histogram.hpp"
#include "couponload/burst/burst.hpp"
#include "couponload/outcome.hpp"
#include "couponload/shot.hpp"

namespace coupon::load {

/// Nanoseconds. `latency` counts from the planned instant, so that waiting to be sent is part of it; `service` from the
/// send.
struct ClassFigures {
  base::Histogram latency;
  base::Histogram service;
};

/// How often an answer came, by what distinguishes it.
struct AnswerCount {
  Outcome outcome = Outcome::kUnknown;
  int status = 0;
  std::string code;  ///< of the refusal, or the fate of what was not answered
  std::int64_t count = 0;
};

struct Figures {
  std::array<ClassFigures, kOutcomeCount> classes;
  ClassFigures all;
  base::Histogram connect;
  base::Histogram skew;  ///< from the release to each send
  std::int64_t unsent = 0;
  std::int64_t last_answer_ns = 0;   ///< from the release
  std::vector<AnswerCount> answers;  ///< most frequent first
};

[[nodiscard]] Figures summarize(const BurstResult& burst, const std::vector<Evidence>& asks);

inline constexpr std::array kPercentiles{50.0, 90.0, 95.0, 99.0, 99.9};

/// False when there are fewer than 10 / (1 - p) samples: then the figure says more about luck than about the server.
[[nodiscard]] bool enough_samples(std::int64_t count, double percentile);

}  // namespace coupon::load
