#pragma once
// A couponworker, with its health port.

#include <cstdint>
#include <string>
#include <vector>

#include "support/http_call.hpp"
#include "support/process.hpp"

namespace coupon::test {

struct Worker {
  /// Blocks until the health port is open; throws when the program ends before.
  Worker(std::vector<std::string> command, const std::string& port_file);
  Process process;
  std::uint16_t health_port = 0;

  [[nodiscard]] RawResponse get(const std::string& target) const { return http_call(health_port, "GET", target); }
  /// Records that became this, since the worker's start.
  [[nodiscard]] int records(const std::string& outcome) const;
};

}  // namespace coupon::test
