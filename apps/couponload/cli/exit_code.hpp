#pragma once
// What a run's end is called, and the exit code that scripts see.

#include <string_view>
#include <vector>

#include "couponload/verify/invariant.hpp"

namespace coupon::load {

enum class ExitCode {
  kPass = 0,
  kInternal = 1,
  kUsage = 2,        ///< wrong usage, or a limit of this machine that has to be raised first
  kUnreachable = 3,  ///< no server, or the set-up failed
  kThreshold = 4,
  kCorrectness = 5,  ///< an invariant is violated
  kInvalid = 6,      ///< the run says nothing certain: invalid or inconclusive
  kInterrupted = 130,
};

/// pass, fail, interrupted, invalid, …: the word behind VERDICT.
[[nodiscard]] std::string_view verdict_of(ExitCode code);

struct Findings {
  bool violated = false;
  bool inconclusive = false;
  bool interrupted = false;
  bool invalid = false;
  bool missed = false;  ///< a threshold
};

/// The first that holds: violated, interrupted, invalid or inconclusive, missed, pass. A proven violation stands
/// however slow the generator was.
[[nodiscard]] ExitCode decide(const Findings& findings);

[[nodiscard]] Findings findings_of(const std::vector<Invariant>& invariants, bool interrupted, bool valid);

}  // namespace coupon::load
