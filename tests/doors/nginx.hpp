#pragma once
// A real nginx before a service, with connections to it that are kept and shared by all clients.

#include <cstdint>
#include <string>

#include "support/process.hpp"

namespace coupon::test {

class Nginx {
 public:
  /// Is it installed?
  [[nodiscard]] static bool is_there();
  /// Writes its files into `folder`. Blocks until it accepts connections; fails the test when it does not.
  Nginx(const std::string& folder, std::uint16_t upstream_port);

  /// As Debian configures it: bodies are read whole before they are passed on.
  [[nodiscard]] std::uint16_t strict_port() const { return strict_port_; }
  /// Passes on bodies as they come, and fields that it does not understand.
  [[nodiscard]] std::uint16_t lax_port() const { return lax_port_; }
  /// SIGTERM, and the exit code.
  int stop();

 private:
  std::uint16_t strict_port_;
  std::uint16_t lax_port_;
  std::string config_;
  Process process_;
};

}  // namespace coupon::test
