#include "couponload/cli/exit_code.hpp"

#include <algorithm>

namespace coupon::load {

std::string_view verdict_of(ExitCode code) {
  switch (code) {
    case ExitCode::kPass: return "pass";
    case ExitCode::kInternal: return "internal";
    case ExitCode::kUsage: return "usage";
    case ExitCode::kUnreachable: return "unreachable";
    case ExitCode::kThreshold: return "threshold";
    case ExitCode::kCorrectness: return "fail";
    case ExitCode::kInvalid: return "invalid";
    case ExitCode::kInterrupted: return "interrupted";
  }
  return "internal";
}

ExitCode decide(const Findings& findings) {
  if (findings.violated) return ExitCode::kCorrectness;
  if (findings.interrupted) return ExitCode::kInterrupted;
  if (findings.invalid || findings.inconclusive) return ExitCode::kInvalid;
  if (findings.missed) return ExitCode::kThreshold;
  return ExitCode::kPass;
}

Findings findings_of(const std::vector<Invariant>& invariants, bool interrupted, bool valid) {
  const auto any = [&](Judgement status) {
    return std::ranges::find(invariants, status, &Invariant::status) != invariants.end();
  };
  return {.violated = any(Judgement::kFail),
          .inconclusive = any(Judgement::kInconclusive),
          .interrupted = interrupted,
          .invalid = !valid,
          .missed = false};
}

}  // namespace coupon::load
