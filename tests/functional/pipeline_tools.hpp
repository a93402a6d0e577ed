#pragma once
// Command lines of the servers' own tools.

#include <cstdint>
#include <string>
#include <vector>

namespace coupon::test {

/// "127.0.0.1:PORT".
[[nodiscard]] std::string endpoint(std::uint16_t port);
/// A port that nothing listened on a moment ago.
[[nodiscard]] std::uint16_t free_port();
/// mariadb, to run statements as root.
[[nodiscard]] std::vector<std::string> mariadb(std::uint16_t port, const std::string& statements);
/// Runs to the end and answers stdout without its last line end; the test fails when the command does.
std::string output_of(std::vector<std::string> command);

}  // namespace coupon::test
