#pragma once
// What this machine must allow before a run makes sense.

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace coupon::load {

/// Descriptors beyond the connections: files, timers, and the connections of the verification.
inline constexpr std::uint64_t kSpareDescriptors = 64;

/// Raises the soft limit of open files to what `connections` need. Fails with the remedy when the hard limit is lower.
[[nodiscard]] base::Result<> ensure_descriptors(std::uint64_t connections);

/// Fails when a file could not be written at `path`; leaves nothing behind.
[[nodiscard]] base::Result<> check_writable(const std::string& path);
/// Replaces the file at `path` as a whole: readers see the old content or the new one.
[[nodiscard]] base::Result<> write_atomically(const std::string& path, const std::string& content);

}  // namespace coupon::load
