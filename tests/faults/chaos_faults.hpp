#pragma once
// What a random schedule on servers is drawn from.

#include <span>

#include "faults/chaos.hpp"
#include "faults/world.hpp"

namespace coupon::test {

[[nodiscard]] std::span<const ChaosFault<World>> chaos_faults();

}  // namespace coupon::test
