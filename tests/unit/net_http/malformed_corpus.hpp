#pragma once
// Requests that must be refused, with the answer they get.

#include <iosfwd>
#include <string>
#include <vector>

namespace coupon::test {

struct Malformed {
  std::string name;  ///< CamelCase, becomes part of the test's name
  std::string bytes;
  int status;
  std::string problem;  ///< part of the message
};

/// What GoogleTest shows of a case.
void PrintTo(const Malformed& malformed, std::ostream* out);  // NOLINT(readability-identifier-naming)

/// For the default bounds of ServerConfig.
[[nodiscard]] const std::vector<Malformed>& malformed_corpus();

}  // namespace coupon::test
