#pragma once
// couponload as the crowd of a scenario: what it wrote of every request is what members were told.

#include <cstdint>
#include <string>
#include <vector>

#include "functional/pipeline.hpp"
#include "functional/pipeline_crowd.hpp"
#include "support/process.hpp"

namespace coupon::test {

/// A couponload that runs beside the test and keeps evidence of every request.
class LoadBeside {
 public:
  static constexpr int kViolated = 5;  ///< the exit code when the service did not tell the truth

  /// `arguments`: the mode first. It asks for kCode at 127.0.0.1:port, and busy machines do not make it invalid.
  LoadBeside(std::vector<std::string> arguments, std::uint16_t port);

  /// Waits for its end; the exit code.
  int wait() { return process_.wait(std::chrono::seconds(120)); }
  [[nodiscard]] bool running() { return process_.running(); }
  [[nodiscard]] std::string output() const { return process_.out() + process_.err(); }
  /// Of all its requests, after the end. A member that asked several times has heard the last of it; the test fails
  /// where it was told of two grants.
  [[nodiscard]] Told told() const;

 private:
  TempFolder folder_;
  Process process_;
};

/// How many rows the ledger has by now.
[[nodiscard]] std::int64_t rows_of(const Pipeline& pipeline);

}  // namespace coupon::test
