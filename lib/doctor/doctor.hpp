#pragma once
// Every precondition of the promise, looked at on the servers in use, each with its remedy. Changes nothing.

#include <string>
#include <vector>

#include "profile/config.hpp"

namespace coupon::doctor {

enum class Verdict {
  kGood,
  kWarn,     ///< works, but a failure would cost more than it need
  kBad,      ///< the promise does not hold, or nothing works
  kUnknown,  ///< could not be looked at; `found` says why
};
[[nodiscard]] std::string_view name_of(Verdict verdict);  ///< "ok", "warn", "bad", "unknown"

struct Check {
  std::string subject;  ///< host, store, redis, kafka, mysql
  std::string name;     ///< of the precondition
  Verdict verdict = Verdict::kGood;
  std::string found;
  std::string remedy;  ///< empty when it is good
};

/// Blocks, up to the timeouts of `config`, for each server. A server that is not there is a check that is bad.
[[nodiscard]] std::vector<Check> examine(const profile::EngineConfig& config);

}  // namespace coupon::doctor
