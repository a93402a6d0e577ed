#pragma once
// couponload as a program, and the result that it wrote.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace coupon::test {

struct LoadRun {
  int code = -1;
  std::string out;
  std::string err;
  nlohmann::json result;  ///< couponload.run/1; null when there is none

  /// The first repeat.
  [[nodiscard]] const nlohmann::json& repeat() const { return result.at("repeats").at(0); }
  /// pass, fail, skipped or inconclusive; empty when there is no such invariant.
  [[nodiscard]] std::string status_of(const std::string& invariant) const;
  /// All example rows of an invariant, one a line.
  [[nodiscard]] std::string examples_of(const std::string& invariant) const;
  [[nodiscard]] std::int64_t count_of(const std::string& outcome) const;
  /// The names of those that failed, in order.
  [[nodiscard]] std::vector<std::string> violated() const;
  [[nodiscard]] bool valid() const;
};

/// couponload with these arguments to its end.
[[nodiscard]] LoadRun load(std::vector<std::string> arguments);

/// What a busy machine does to the generator is not judged: for runs that are only about correctness.
[[nodiscard]] std::vector<std::string> correctness_only(std::vector<std::string> arguments);

}  // namespace coupon::test
