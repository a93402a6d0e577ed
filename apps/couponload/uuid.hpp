#pragma once
// UUIDs that can be made again.

#include <cstdint>
#include <string>

namespace coupon::load {

/// Version 4 in form: 36 characters, lower case. The same seed and number give the same one; different ones differ
/// (122 bits of a hash).
[[nodiscard]] std::string uuid_text(std::uint64_t seed, std::uint64_t number);

}  // namespace coupon::load
