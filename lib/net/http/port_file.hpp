#pragma once
// Tells other programs which port a server was given.

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace coupon::net::http {

/// Writes the port and a line feed to `path`, whole or not at all: who waits for the file never reads half a number.
/// An empty path: does nothing. kIo names the path.
[[nodiscard]] base::Result<> write_port_file(const std::string& path, std::uint16_t port);

}  // namespace coupon::net::http
